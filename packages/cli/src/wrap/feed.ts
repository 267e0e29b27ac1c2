import { writeSync } from "node:fs";
import type { Pty } from "./library.ts";

/** What a command's terminal is fed by. */
export interface Feed {
  /** Never waits; what has no room yet follows in order. */
  write(input: Buffer | string): void;
  /** Forgets what the command has not taken. */
  end(): void;
}

/** What waits beyond this is the person's paste into a command that reads nothing. */
const fullBytes = 1024 * 1024;
/** Nothing tells when there is room again. */
const [retryMs, longestRetryMs] = [2, 100];

/**
 * Feeds a command's terminal, beside the library: its own write keeps the whole process busy until the command reads
 * (libuv does that with terminals), and for ever where that one ends meanwhile, or itself waits until its output is read.
 * `onFull` is told when so much waits that no more should be read, and when that is over.
 */
export function feed(pty: Pty, onFull: (isFull: boolean) => void): Feed {
  let waiting: readonly Buffer[] = [];
  let [waitingBytes, isFull] = [0, false];
  let timer: NodeJS.Timeout | undefined;
  const setWaiting = (now: readonly Buffer[]) => {
    waiting = now;
    waitingBytes = now.reduce((sum, { length }) => sum + length, 0);
    if (isFull === waitingBytes > fullBytes) return;
    isFull = !isFull;
    onFull(isFull);
  };
  const pass = (againMs: number) => {
    timer = undefined;
    const before = waitingBytes;
    setWaiting(takenBy(pty, waiting));
    if (waiting.length === 0) return;
    const nextMs = waitingBytes < before ? retryMs : Math.min(againMs * 2, longestRetryMs);
    timer = setTimeout(() => pass(nextMs), againMs);
  };
  return {
    write: (input) => {
      setWaiting([...waiting, Buffer.from(input)]);
      if (timer === undefined) pass(retryMs);
    },
    end: () => {
      clearTimeout(timer);
      setWaiting([]);
    },
  };
}

/** What is left when the terminal has taken what it has room for; nothing where it is closed. */
function takenBy(pty: Pty, waiting: readonly Buffer[]): readonly Buffer[] {
  for (const [at, each] of waiting.entries()) {
    let from = 0;
    while (from < each.length) {
      const taken = takenOf(pty, each.subarray(from));
      if (taken === "closed") return [];
      if (taken === 0) return [each.subarray(from), ...waiting.slice(at + 1)];
      from += taken;
    }
  }
  return [];
}

/** A closed terminal's descriptor may be another file's by now. */
function takenOf(pty: Pty, bytes: Buffer): number | "closed" {
  const { fd, _socket: socket } = pty;
  if (fd === undefined || socket === undefined) {
    pty.write(bytes);
    return bytes.length;
  }
  if (socket.destroyed) return "closed";
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EAGAIN" ? 0 : "closed";
  }
}
