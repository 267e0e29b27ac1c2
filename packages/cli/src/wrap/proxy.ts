import { constants } from "node:os";
import type { Ending } from "../run/child/ending.ts";
import type { Launch, Launched } from "../run/child/launch.ts";
import { feed } from "./feed.ts";
import type { Pty, PtyLibrary } from "./library.ts";
import type { Typist } from "./typing/typist.ts";
import { suspendWith } from "./suspend.ts";
import type { OuterTerminal } from "./terminal.ts";

/** What the bytes of both sides pass by. */
export type Hand = Pick<Typist, "typed" | "printed" | "end">;

/** What stands between the command and its person. */
export interface Proxy {
  readonly library: PtyLibrary;
  readonly outer: OuterTerminal;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Given what writes into the command's terminal, the hand that the person's keys go through. */
  readonly hand: (write: (input: Buffer | string) => void) => Hand;
}

/**
 * Starts the command in a terminal of its own, with the size and settings of the outer one, and passes every byte on
 * until it ends. The outer terminal is raw meanwhile. A terminal that is closed is closed for the command too. Throws
 * when there is no terminal to be had; the outer one is then as it was.
 */
export function startInTerminal(what: Launch, proxy: Proxy): Launched {
  const pty = spawn(what, proxy);
  proxy.outer.makeRaw();
  const stop = connect(pty, proxy);
  const ended = new Promise<Ending>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      stop();
      proxy.outer.restore();
      resolve(endingOf(exitCode, signal));
    });
  });
  const kill = (signal: NodeJS.Signals) => pty.kill(signal);
  return { captured: [], spawned: Promise.resolve(pty.pid), ended, hasOwnTerminal: true, kill };
}

/** A new terminal has settings of its own (which key erases, which stops): the command is to find the person's. */
const withSettings = 'stty "$0" 2>/dev/null; exec "$@"';

function spawn({ argv, env, cwd }: Launch, { library, outer, stdout }: Proxy): Pty {
  return library.spawn("/bin/sh", ["-c", withSettings, outer.settings, ...argv], {
    ...(env["TERM"] === undefined ? {} : { name: env["TERM"] }),
    cols: stdout.columns,
    rows: stdout.rows,
    cwd,
    env: { ...env }, // of process.env itself the library would take TMUX and others out
    encoding: null,
  });
}

/** Passes bytes, size and hang-up on. Gives what ends that. */
function connect(pty: Pty, { outer, stdin, stdout, hand: handOf }: Proxy): () => void {
  const fed = feed(pty, (isFull) => (isFull ? stdin.pause() : stdin.resume()));
  const hand = handOf(fed.write);
  const fit = () => {
    if (stdout.columns > 0 && stdout.rows > 0) pty.resize(stdout.columns, stdout.rows);
  };
  const hangUp = () => pty.destroy?.();
  const goOn = () => {
    if (outer.makeRaw()) fit(); // the shell that had stopped fleet has set its own
    proceed(pty);
  };
  const suspension = suspendWith({ pid: pty.pid, leave: outer.restore, enter: goOn });
  const type = (chunk: Buffer) => {
    hand.typed(chunk);
    suspension.see(chunk);
  };
  pty.onData((data) => {
    stdout.write(data);
    hand.printed(Buffer.isBuffer(data) ? data : Buffer.from(data));
  });
  stdin.on("data", type).on("end", hangUp).on("error", hangUp);
  stdout.on("resize", fit).on("error", hangUp);
  process.on("SIGCONT", goOn);
  fit(); // it may have changed meanwhile
  return () => {
    hand.end();
    fed.end();
    suspension.end();
    stdin.off("data", type).off("end", hangUp).pause();
    stdout.off("resize", fit);
    process.off("SIGCONT", goOn);
  };
}

/** A command may have stopped all of its group. */
function proceed(pty: Pty): void {
  try {
    process.kill(-pty.pid, "SIGCONT");
  } catch {
    // it has just ended
  }
}

function endingOf(exitCode: number, signal = 0): Ending {
  const [name] = Object.entries(constants.signals).find(([, number]) => number === signal) ?? [];
  return name === undefined ? { exitCode } : { exitCode: 128 + signal, signal: name };
}
