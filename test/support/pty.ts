import { spawn } from "@lydell/node-pty";
import { eventually } from "./tmux.ts";

/** A terminal of the test's own, of the test's own size, with one command in it. */
export interface TestTerminal {
  readonly pid: number;
  /** All that the command has printed, byte by byte. */
  output(): Buffer;
  type(keys: string | Buffer): void;
  resize(columns: number, rows: number): void;
  /** Resolves once what was printed since the last call (or the start) matches; rejects with what it saw instead. */
  waitFor(pattern: RegExp): Promise<void>;
  /** Closes the terminal itself, as a window that is closed. */
  hangUp(): void;
  /** What the command ended with: 128+n after signal n. */
  readonly ended: Promise<number>;
  /** Ends it if it has not ended. */
  close(): void;
}

/** What differs. */
export interface TerminalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Starts the command in a terminal of 80 columns and 24 rows. */
export function openTerminal(
  [file = "", ...args]: readonly string[],
  { env, cwd }: TerminalOptions,
): TestTerminal {
  const size = { cols: 80, rows: 24 };
  const pty = spawn(file, args, { ...size, name: "xterm-256color", cwd, env: { ...env }, encoding: null });
  const chunks: Buffer[] = [];
  let seen = 0;
  let isOver = false;
  pty.onData((data: unknown) => void chunks.push(Buffer.isBuffer(data) ? data : Buffer.from(String(data))));
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal = 0 }) => {
      isOver = true;
      resolve(signal === 0 ? exitCode : 128 + signal);
    });
  });
  const output = () => Buffer.concat(chunks);
  const input: { write(keys: string | Buffer): void; destroy?(): void } = pty;
  return {
    pid: pty.pid,
    output,
    type: (keys) => input.write(keys),
    resize: (columns, rows) => pty.resize(columns, rows),
    waitFor: async (pattern) => {
      const fresh = () => output().subarray(seen).toString("latin1");
      await eventually(
        () => Promise.resolve(pattern.test(fresh()) ? true : undefined),
        () => `${pattern} in ${JSON.stringify(fresh())}`,
        20_000,
      );
      seen = output().length;
    },
    hangUp: () => input.destroy?.(),
    ended,
    close: () => {
      if (!isOver) pty.kill("SIGKILL");
    },
  };
}
