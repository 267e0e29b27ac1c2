import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, posix } from "node:path";
import { readSource, root, type SourceFile } from "./tree.ts";

/** Links of a markdown file that lead nowhere inside the checkout. Links to the web are not followed. */
export function brokenLinks(file: SourceFile): readonly string[] {
  const links = [...withoutCode(file.text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => !resolves(file.path, link))
    .map((link) => `${file.path}: ${link}`);
}

function resolves(from: string, link: string): boolean {
  const [target = "", heading] = link.split("#");
  const path = target === "" ? from : posix.join(dirname(from), target);
  if (!existsSync(join(root, path))) return false;
  return heading === undefined || headings(path).includes(heading);
}

function headings(path: string): readonly string[] {
  const titles = [...withoutCode(readSource(path).text).matchAll(/^#+ (.+)$/gm)].map(
    (match) => match[1] ?? "",
  );
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
}

/** Paths of the checkout that a text names in code spans, as `packages/core/src/clock.ts`. */
export function namedPaths(text: string): readonly string[] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  return spans.filter((span) => /^(packages|test|docs|bench|\.ci)\/[\w./-]+$/.test(span));
}

/** Names that a text says are in a file (`path` · `name`) and are not. */
export function missingNames(text: string): readonly string[] {
  const pairs = [...text.matchAll(/`([\w./-]+)`\s+· `(\w+)`/g)].map(([, path = "", name = ""]) => ({
    path,
    name,
  }));
  const isMissing = ({ path, name }: { path: string; name: string }) =>
    !existsSync(join(root, path)) || !new RegExp(`\\b${name}\\b`).test(readSource(path).text);
  return pairs.filter(isMissing).map(({ path, name }) => `${path}: ${name}`);
}

const traces = [
  /\b(?:registry|npm)\.[a-z0-9.-]*(?:npmjs|yarnpkg|jsr)\.[a-z]+/,
  /\b(?:deb|ftp|security|archive)\.(?:debian|ubuntu)\.(?:org|com)/,
  ...[root, `${homedir()}/`]
    .filter((folder) => folder.length > 5)
    .map((folder) => new RegExp(`(?<![\\w/])${folder.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`)),
];

/** Registry hosts and this machine's folders that a file names: they belong to a machine, not to the project. */
export function foreignTraces(file: SourceFile): readonly string[] {
  return traces.flatMap((trace) => {
    const match = trace.exec(file.text);
    return match === null ? [] : [`${file.path}: ${match[0]}`];
  });
}
