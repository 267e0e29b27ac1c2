import { isAbsolute, relative } from "node:path";
import { fileWriteSchema, workBounds, type TestRun } from "@fleetbus/core";
import { fieldAt } from "../cli/field-at.ts";
import type { HookPayload } from "../cli/payload.ts";
import { testRunIn } from "./test-run.ts";

/** Which of a CLI's tools change the work, and where its payloads say how. */
export interface WorkTools {
  /** Each tool that writes one file, with the field of its input that holds the path. */
  readonly writes: Readonly<Record<string, string>>;
  /** The tool that takes a patch in the form of `apply_patch`, and the field of its input that holds it. */
  readonly patches?: { readonly tool: string; readonly field: string };
  /** The tool that runs a shell's command line, the field `command` of its input. */
  readonly shell: string;
  /** The field of the payload that holds what it wrote, at least where it failed. */
  readonly output: string;
  /** The exit code of that command line; undefined where this payload does not tell it. */
  exitCode(payload: HookPayload): number | undefined;
}

/** One more than a turn tells, so that it tells that there are more. */
const maxFiles = workBounds.files + 1;
/** A patch of so many is no person's work. */
const maxPaths = 1000;

/** The files that a call wrote which came to its end, as seen from the session's folder; undefined where it wrote none. */
export function filesOf(tools: WorkTools, payload: HookPayload): string[] | undefined {
  const written = [...new Set(pathsOf(tools, payload))].slice(0, maxPaths);
  const paths = written.flatMap((path) => shownPath(path, payload.cwd));
  return paths.length > 0 ? [...new Set(paths)].slice(0, maxFiles) : undefined;
}

/** The tests that a call ran; undefined where it ran none. */
export function testOf(tools: WorkTools, payload: HookPayload): TestRun | undefined {
  const command = fieldAt(payload.tool_input, "command");
  if (payload.tool_name !== tools.shell || typeof command !== "string") return undefined;
  return testRunIn(command, { exitCode: tools.exitCode(payload), output: textAt(payload, tools.output) });
}

function textAt(payload: HookPayload, path: string): string | undefined {
  const text = fieldAt(payload, path);
  return typeof text === "string" ? text : undefined;
}

function pathsOf({ writes, patches }: WorkTools, payload: HookPayload): readonly unknown[] {
  const { tool_name: tool = "", tool_input: input } = payload;
  if (tool === patches?.tool) return pathsIn(fieldAt(input, patches.field));
  return Object.hasOwn(writes, tool) ? [fieldAt(input, writes[tool] ?? "")] : [];
}

/** The headers of a patch name its files; of one that is moved the new place counts. */
function pathsIn(patch: unknown): readonly string[] {
  if (typeof patch !== "string") return [];
  return [...patch.matchAll(/^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$/gm)].flatMap(
    ([, path]) => path?.trim() ?? [],
  );
}

/** A path that is no text to show, or longer than one is, is left out. */
function shownPath(path: unknown, cwd: string | undefined): readonly string[] {
  if (typeof path !== "string" || path === "") return [];
  const inner = cwd !== undefined && isAbsolute(path) ? relative(cwd, path) : path;
  const shown = inner === "" || inner.startsWith("..") ? path : inner;
  return fileWriteSchema.safeParse(shown).success ? [shown] : [];
}
