import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { messageOf } from "@fleetbus/core";
import { endingAtStart, type Ending } from "../run/child/ending.ts";

/**
 * Why a command cannot be started, as a shell would find: 127 for what PATH does not have, 126 for what may not be
 * executed. Undefined where it can. Asked beforehand: in a terminal of its own a failed start looks like an exit.
 */
export function whyNotStarted(
  name: string,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): Ending | undefined {
  const folders = name.includes("/") ? [""] : (env["PATH"] ?? "").split(delimiter);
  const files = name === "" ? [] : folders.map((folder) => resolve(cwd, join(folder, name)));
  const problems = files.map(problemOf);
  if (problems.some((problem) => problem === undefined)) return undefined;
  const isThere = problems.find((problem) => problem?.code !== "ENOENT");
  return endingAtStart(name, isThere ?? Object.assign(new Error("not found"), { code: "ENOENT" }));
}

function problemOf(file: string): NodeJS.ErrnoException | undefined {
  try {
    accessSync(file, constants.X_OK);
    if (statSync(file).isFile()) return undefined;
    return Object.assign(new Error("it is no file"), { code: "EACCES" });
  } catch (error) {
    const problem = error instanceof Error ? error : new Error(messageOf(error));
    return isAbsent(problem) ? Object.assign(problem, { code: "ENOENT" }) : problem;
  }
}

/** A folder of PATH that is a file holds nothing either. */
function isAbsent(error: NodeJS.ErrnoException): boolean {
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}
