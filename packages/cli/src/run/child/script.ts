import { accessSync, constants, realpathSync } from "node:fs";
import { basename, delimiter, join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** A program that gives a command a terminal of its own and writes down what passes through it. */
export interface Recorder {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Env;
}

const commandName = "FLEET_RUN_COMMAND";

/**
 * util-linux' script(1) for `argv`, writing to `logPath`; undefined where there is none. It runs a shell's command line:
 * that is handed over by the environment, so that its own first line holds no line end of the command, and the user's
 * SHELL, whose language is not known, is put back before the command begins.
 */
export function recorderOf(argv: readonly string[], env: Env, logPath: string): Recorder | undefined {
  const file = process.platform === "linux" ? findScript(env["PATH"] ?? "") : undefined;
  if (file === undefined) return undefined;
  const shell = env["SHELL"] === undefined ? "unset SHELL" : `export SHELL=${quote(env["SHELL"])}`;
  const line = `unset ${commandName}; ${shell}; exec ${argv.map(quote).join(" ")}`;
  return {
    file,
    args: ["-q", "-e", "-f", "-c", `eval "$${commandName}"`, logPath],
    env: { ...env, SHELL: "/bin/sh", [commandName]: line },
  };
}

/** Busybox has one of that name that cannot tell how its command ended. */
function findScript(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((dir) => dir.startsWith("/"))
    .map((dir) => join(dir, "script"))
    .find((file) => isExecutable(file) && basename(realpathSync(file)) === "script");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not in this folder
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

const first = Buffer.from("Script started on ");
const last = Buffer.from("\nScript done on ");

/** What the command itself wrote: without script's own first and last line. */
export async function* withoutFrame(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let held: Buffer | undefined;
  for await (const chunk of source) {
    let bytes = chunk;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      const end = head.subarray(0, first.length).equals(first) ? head.indexOf(10) : -1;
      if (end < 0) continue;
      bytes = head.subarray(end + 1);
      head = undefined;
    }
    if (held !== undefined) bytes = Buffer.concat([held, bytes]);
    const end = startOfLast(bytes);
    held = end < 0 ? undefined : bytes.subarray(end);
    const whole = end < 0 ? bytes : bytes.subarray(0, end);
    if (whole.length > 0) yield whole;
  }
  // Two line ends: the one before script's own line, and the one at its end.
  const isFrame = held !== undefined && held.indexOf(10, 1) === held.length - 1;
  if (held !== undefined && !isFrame) yield held;
}

/**
 * Where script's last line begins, or may begin. A line end alone is not held back, for triggers look at whole lines:
 * script writes its line at once, and a read that ends right behind its first byte shows it in the tail.
 */
function startOfLast(bytes: Buffer): number {
  const found = bytes.lastIndexOf(last);
  if (found >= 0) return found;
  const lengths = Array.from({ length: last.length - 2 }, (_, index) => last.length - 1 - index);
  const begun = lengths.find((length) => bytes.subarray(-length).equals(last.subarray(0, length)));
  return begun === undefined ? -1 : bytes.length - begun;
}
