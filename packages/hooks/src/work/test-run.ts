import type { TestRun } from "@fleetbus/core";
import { runnerOf } from "./runner.ts";
import { shellParts, type ShellPart } from "./shell-parts.ts";

/** How a command line ended. */
export interface Ended {
  readonly exitCode?: number | undefined;
  /** What it wrote, or its head. */
  readonly output?: string | undefined;
}

/** What can hardly fail without saying so: an exit code that is not 0 is the next one's. */
const harmless = /^(?:cd|export|set|source|\.|mkdir|pushd)$/;
const missing = /No such file or directory|[Nn]ot a directory|cannot find|not found/;
const headLength = 300;

/** A program of its own: what of it ran is not to be seen. */
const program = /^(?:if|then|elif|else|for|while|until|do|case|select|function|trap|\{)$/;

/** Longer ones are programs of their own. */
const maxLength = 10_000;

/** Ended by `timeout` or by a signal from outside; no such program, or one that cannot be run: not by what was tested. */
const notOwn = new Set([124, 125, 126, 127, 129, 130, 137, 143]);

/**
 * The tests that a shell's command line runs, by the usual ways to call a runner; of several the last. What is quoted, or
 * only named as an argument, runs nothing. Whether they passed is told only where the exit code can be theirs alone.
 */
export function testRunIn(command: string, ended: Ended = {}): TestRun | undefined {
  const parts = command.length > maxLength ? [] : shellParts(command);
  if (parts.some(({ words }) => program.test(words[0] ?? "") || words.at(-1) === "{")) return undefined;
  const inner = parts.length === 1 ? shellText(parts[0]?.words ?? []) : undefined;
  if (inner !== undefined) return testRunIn(inner, ended);
  const index = parts.findLastIndex(({ words }) => runnerOf(words) !== undefined);
  const name = runnerOf(parts[index]?.words ?? []);
  if (name === undefined) return undefined;
  const passed = isPassed({ parts, index, isNested: command.includes("(") }, ended);
  return { name, ...(passed === undefined ? {} : { passed }) };
}

/** What `bash -lc` is given to run. */
function shellText([shell = "", option = "", text, ...more]: readonly string[]): string | undefined {
  const isShell = /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da)?sh$/.test(shell) && /^-[lieux]*c$/.test(option);
  return isShell && more.length === 0 ? text : undefined;
}

interface Run {
  readonly parts: readonly ShellPart[];
  readonly index: number;
  /** It has parentheses: what depends on what is not told by the order. */
  readonly isNested: boolean;
}

function isPassed(run: Run, { exitCode, output = "" }: Ended): boolean | undefined {
  const { parts, index } = run;
  if (exitCode === undefined || notOwn.has(exitCode) || parts.at(-1)?.joint === "&") return undefined;
  const hasPipefail = isSet(parts, "pipefail");
  const after = parts.slice(index, -1).map(({ joint }) => joint);
  const isChain = after.every((joint) => joint === "&&" || (isPipe(joint) && hasPipefail));
  if (!isChain) return undefined;
  if (exitCode === 0) return mayBeSkipped(run) ? undefined : true;
  const isOwn = after.length === 0 && !missing.test(output.slice(0, headLength));
  const ends = { errexit: isSet(parts, "errexit"), pipefail: hasPipefail };
  return isOwn && !parts.slice(0, index).some((part) => mayEnd(part, ends)) ? false : undefined;
}

/** It runs only where something before it failed. */
function mayBeSkipped({ parts, index, isNested }: Run): boolean {
  const before = parts.slice(0, index).map(({ joint }) => joint);
  return isNested ? before.includes("||") : before.findLast((joint) => !isPipe(joint)) === "||";
}

/** Whether the exit code may be this one's, which stands before the tests. */
function mayEnd({ words, joint }: ShellPart, ends: Readonly<Record<ShellOption, boolean>>): boolean {
  if (harmless.test(words[0] ?? "")) return false;
  return joint === "&&" || ends.errexit || (isPipe(joint) && ends.pipefail);
}

function isPipe(joint: string): boolean {
  return joint === "|" || joint === "|&";
}

type ShellOption = "pipefail" | "errexit";

function isSet(parts: readonly ShellPart[], option: ShellOption): boolean {
  const options = parts.filter(({ words }) => words[0] === "set").flatMap(({ words }) => words.slice(1));
  return options.includes(option) || (option === "errexit" && options.some((each) => /^-\w*e/.test(each)));
}
