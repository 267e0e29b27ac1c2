import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { z } from "zod";
import { FleetError, isReserved, isToken, loadToml, messageOf, nearest, type Problem } from "@fleetbus/core";
import { launchable } from "../instructions.ts";
import { muxNames, type MuxName } from "../mux/names.ts";
import type { Member } from "./crew.ts";
import { maxWorkers } from "./order.ts";

const token = z
  .string()
  .refine(
    (text) => isToken(text) && !isReserved(text),
    "no name for a session: use a-z, 0-9, - and _, at most 63",
  );

const windowSchema = z.strictObject({
  name: token,
  role: token.optional(),
  parent: z.string().optional(),
  cli: z.enum(launchable).default("claude"),
  cwd: z.string().min(1).default("."),
  args: z.array(z.string()).default([]),
});

const layoutSchema = z.strictObject({
  name: token.optional(),
  mux: z.enum(muxNames).optional(),
  window: z
    .array(windowSchema)
    .min(1)
    .max(maxWorkers + 1),
});

type Layout = z.infer<typeof layoutSchema>;

/** What a layout file says. */
export interface LaidOut {
  /** The crew's name: the file's word, else the file's own name. */
  readonly prefix: string;
  readonly mux: MuxName | undefined;
  readonly crew: readonly Member[];
}

/** Where paths in a layout are taken from. */
export interface LayoutPlace {
  readonly cwd: string;
  readonly home: string | undefined;
}

/**
 * Reads a layout file (docs/launch.md, "A layout file"). Throws `config` with every problem and its line: unknown keys and
 * CLIs, a name that stands twice, a parent that is no window of the file or in a circle, a folder that is not there.
 */
export async function readLayout(raw: string, place: LayoutPlace): Promise<LaidOut> {
  const path = resolve(place.cwd, raw);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new FleetError("usage", `reading --layout ${path}: ${messageOf(error)}`, { cause: error });
  });
  const folders = await foldersOf(text, path, place);
  const dirOf = (cwd: string) => folderOf(cwd, path, place);
  const check = (layout: Layout) => [
    ...namesTwice(layout),
    ...strangeParents(layout),
    ...layout.window.flatMap(({ cwd }, at) =>
      folders.has(dirOf(cwd)) ? [] : [problem(at, "cwd", `${dirOf(cwd)} is no folder: create it first`)],
    ),
  ];
  const layout = loadToml(text, { path, schema: layoutSchema, check });
  return { prefix: layout.name ?? prefixOfFile(path), mux: layout.mux, crew: crewIn(layout, dirOf) };
}

/** Which folders it names are there; asked before the check, which cannot wait. */
async function foldersOf(text: string, path: string, place: LayoutPlace): Promise<ReadonlySet<string>> {
  const { window } = loadToml(text, { path, schema: layoutSchema, check: () => [] });
  const named = [...new Set(window.map(({ cwd }) => folderOf(cwd, path, place)))];
  const found = await Promise.all(
    named.map(async (dir) => {
      const isFolder = await stat(dir).then(
        (facts) => facts.isDirectory(),
        () => false, // not there, which is said
      );
      return isFolder ? [dir] : [];
    }),
  );
  return new Set(found.flat());
}

/** Relative to the file's own folder; `~` is the person's home. */
function folderOf(cwd: string, path: string, { home }: LayoutPlace): string {
  const isHome = cwd === "~" || cwd.startsWith("~/");
  return isHome && home ? resolve(home, `.${cwd.slice(1)}`) : resolve(dirname(path), cwd);
}

function prefixOfFile(path: string): string {
  const name = basename(path, extname(path));
  if (isToken(name)) return name;
  throw new FleetError(
    "config",
    `reading ${path}: its own name is no name for a crew: write name = "…" into it, or give --name`,
  );
}

function namesTwice({ window }: Layout): readonly Problem[] {
  return window.flatMap(({ name }, at) => {
    const isSecond = window.findIndex((each) => each.name === name) < at;
    return isSecond ? [problem(at, "name", `"${name}" stands twice`)] : [];
  });
}

function strangeParents({ window }: Layout): readonly Problem[] {
  const names = window.map(({ name }) => name);
  return window.flatMap(({ name, parent }, at) => {
    if (parent === undefined) return [];
    if (!names.includes(parent)) {
      const [meant] = nearest(parent, names);
      const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
      return [problem(at, "parent", `"${parent}" is no window of this file; ${hint}`)];
    }
    return isInCircle(name, window) ? [problem(at, "parent", `"${name}" would be above itself`)] : [];
  });
}

function isInCircle(name: string, window: Layout["window"]): boolean {
  let next = window.find((each) => each.name === name)?.parent;
  for (let step = 0; next !== undefined && step <= window.length; step += 1) {
    if (next === name) return true;
    next = window.find((each) => each.name === next)?.parent;
  }
  return false;
}

function problem(at: number, key: string, message: string): Problem {
  return { path: `window[${at}].${key}`, message };
}

/** Without a word of its own the first window commands, and the others work for it. */
function crewIn({ window }: Layout, dirOf: (cwd: string) => string): readonly Member[] {
  const [first] = window;
  return window.map((each, at) => ({
    name: each.name,
    role: each.role ?? (at === 0 ? "commander" : "worker"),
    parent: each.parent ?? (at === 0 ? undefined : parentFor(each.name, first?.name, window)),
    ...{ cli: each.cli, args: each.args, dir: dirOf(each.cwd) },
  }));
}

/** Nobody's where the first one works, by the file, for this one. */
function parentFor(name: string, first: string | undefined, window: Layout["window"]): string | undefined {
  const withIt = window.map((each) => (each.name === name ? { ...each, parent: first } : each));
  return isInCircle(name, withIt) ? undefined : first;
}
