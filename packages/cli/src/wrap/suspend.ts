import { readFileSync } from "node:fs";

/** What a Ctrl-Z needs. */
export interface Suspension {
  /** The command's process. */
  readonly pid: number;
  /** Before this process is stopped. */
  leave(): void;
  /** When it goes on, or could not be stopped; may be called twice. */
  enter(): void;
}

/** How long a command may take from the key to its stop. */
const patienceMs = 2000;
const lookEveryMs = 50;

/** Ctrl-Z as a byte, and as the keyboard protocols of kitty and xterm write it. */
const suspendKeys = ["\u001a", "\u001b[122;5u", "\u001b[27;5;122~"];

/**
 * Sees each input of the person. After a Ctrl-Z on which the command stops itself, this process stops too, so that the
 * shell that started it has its terminal back and `fg` continues both. Linux only: elsewhere nobody tells who is stopped.
 */
export function suspendWith(suspension: Suspension): { see(input: Buffer): void; end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearTimeout(timer);
  const look = (leftMs: number) => {
    if (isStopped(suspension.pid)) return suspend(suspension);
    if (leftMs > 0) timer = setTimeout(() => look(leftMs - lookEveryMs), lookEveryMs);
  };
  const see = (input: Buffer) => {
    if (!suspendKeys.some((key) => input.includes(key))) return;
    end();
    look(patienceMs);
  };
  return { see, end };
}

function suspend({ pid, leave, enter }: Suspension): void {
  leave();
  process.kill(process.pid, "SIGTSTP");
  // Without a shell that could continue it the kernel drops the stop: the command must not stand still then.
  setTimeout(() => {
    if (isStopped(pid)) enter();
  }, lookEveryMs);
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  } catch {
    return false; // gone, or not Linux
  }
}
