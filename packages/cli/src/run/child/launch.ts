import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { fstatSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { isatty } from "node:tty";
import { messageOf } from "@fleetbus/core";
import { endingAtStart, endingInTerminal, endingOf, type Ending } from "./ending.ts";
import { makePipes, type Pipe } from "./pipes.ts";
import { recorderOf, withoutFrame } from "./script.ts";

/** One output that passes through here. */
export interface Captured {
  readonly source: AsyncIterable<Buffer>;
  /** What `source` reads from: to see whether it is empty, and to end it. */
  readonly socket: Socket;
  /** Where it goes on to; undefined where it is shown already. */
  readonly fd: number | undefined;
}

/** A command that was started, or could not be. */
export interface Launched {
  readonly captured: readonly Captured[];
  /** Its process, once there is one; undefined where it could not be started. */
  readonly spawned: Promise<number | undefined>;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  /** Keys of the terminal become signals inside a terminal of its own, not in this one. */
  readonly hasOwnTerminal: boolean;
  kill(signal: NodeJS.Signals): void;
}

/** What to start, and whether its output is to be seen. */
export interface Launch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly isCaptured: boolean;
}

/**
 * Starts the command with this process's own standard streams. What is a terminal stays one: where all three are, the
 * command gets a terminal of its own from script(1), whose copy is captured; where there is no script(1), or only some
 * are, the terminal is handed on and what goes to it is not seen. The other outputs pass through a pipe each, or
 * through one where both go to the same file, so that nothing changes its order.
 */
export function launch(what: Launch): Launched {
  if (!what.isCaptured) return started(what, { stdio: "inherit", pipes: [], close: () => undefined });
  const isTerminal = [0, 1, 2].map((fd) => isatty(fd));
  if (isTerminal.every(Boolean)) return inTerminal(what);
  const fds = [1, 2].filter((fd) => isTerminal[fd] !== true);
  const isShared = fds.length === 2 && isSameFile();
  const { pipes, close } = makePipes(isShared ? 1 : fds.length);
  const pipeOf = (fd: number) => (fds.includes(fd) ? pipes[isShared ? 0 : fds.indexOf(fd)] : undefined);
  const stdio: StdioOptions = [0, pipeOf(1)?.writeFd ?? 1, pipeOf(2)?.writeFd ?? 2];
  const launched = started(what, { stdio, pipes, close });
  for (const pipe of pipes) pipe.release();
  close();
  return {
    ...launched,
    captured: pipes.map(({ source: socket }, index) => ({ source: socket, socket, fd: fds[index] })),
  };
}

function inTerminal(what: Launch): Launched {
  const { pipes, close } = makePipes(1);
  const [pipe] = pipes;
  const recorder = pipe === undefined ? undefined : recorderOf(what.argv, what.env, pipe.path);
  if (pipe === undefined || recorder === undefined) {
    for (const each of pipes) each.source.destroy();
    for (const each of pipes) each.release();
    close();
    return started(what, { stdio: "inherit", pipes: [], close: () => undefined });
  }
  const argv = [recorder.file, ...recorder.args];
  const launched = started(
    { ...what, argv, env: recorder.env },
    { stdio: "inherit", pipes, close, isRecorder: true },
  );
  const { source: socket } = pipe;
  return {
    ...launched,
    captured: [{ source: withoutFrame(socket), socket, fd: undefined }],
    hasOwnTerminal: true,
  };
}

/** Both outputs are one file or pipe, as after `2>&1`. */
function isSameFile(): boolean {
  const [out, err] = [fstatSync(1), fstatSync(2)];
  return out.dev === err.dev && out.ino === err.ino;
}

interface Streams {
  readonly stdio: StdioOptions;
  readonly pipes: readonly Pipe[];
  close(): void;
  readonly isRecorder?: boolean;
}

function started(what: Launch, { stdio, pipes, close, isRecorder = false }: Streams): Launched {
  const [file = "", ...args] = what.argv;
  const { env, cwd } = what;
  const child = begin(() => spawn(file, args, { env: { ...env }, cwd, stdio }));
  if (child instanceof Error) {
    const ended = Promise.resolve(endingAtStart(file, child));
    return {
      captured: [],
      spawned: Promise.resolve(undefined),
      ended,
      hasOwnTerminal: false,
      kill: () => undefined,
    };
  }
  const ended = new Promise<Ending>((resolve) => {
    child.once("error", (error) => resolve(endingAtStart(file, error)));
    child.once("exit", (code, signal) => resolve((isRecorder ? endingInTerminal : endingOf)(code, signal)));
  });
  // The recorder opens its pipe by name, and our copy of the end keeps it open until then.
  if (isRecorder)
    void ended.then(() => {
      for (const pipe of pipes) pipe.release();
      close();
    });
  return {
    captured: [],
    spawned: Promise.resolve(child.pid),
    ended,
    hasOwnTerminal: false,
    kill: (signal) => (isRecorder ? killInside(child, signal) : void child.kill(signal)),
  };
}

/** Some commands cannot even be tried, as one whose name holds a NUL: Node throws then. */
function begin(start: () => ChildProcess): ChildProcess | NodeJS.ErrnoException {
  try {
    return start();
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/** A recorder that is ended reports success: what it records is ended instead. */
function killInside(recorder: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = recorder;
  const inside = pid === undefined ? [] : childrenOf(pid);
  for (const each of inside) process.kill(each, signal);
  if (inside.length === 0) recorder.kill(signal);
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text
      .split(" ")
      .filter((word) => word !== "")
      .map(Number);
  } catch {
    return []; // gone, or a kernel that does not tell
  }
}
