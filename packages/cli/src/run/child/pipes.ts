import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A pipe of the kernel's own kind. */
export interface Pipe {
  /** The end to give away. */
  readonly writeFd: number;
  readonly path: string;
  /** What is written, until all writers are gone or it is destroyed. */
  readonly source: Socket;
  /** Closes our copy of the writing end. */
  release(): void;
}

/**
 * `count` pipes made as named ones: what Node makes for a child is a socket, which `/dev/stdout` does not open, and which
 * two descriptors cannot share. Close `dir` when nobody opens a path any more.
 */
export function makePipes(count: number): { readonly pipes: readonly Pipe[]; close(): void } {
  const dir = mkdtempSync(join(tmpdir(), "fleet-run-"));
  const close = () => rmSync(dir, { recursive: true, force: true });
  try {
    const paths = Array.from({ length: count }, (_, index) => join(dir, String(index)));
    const made = spawnSync("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" });
    if (made.error !== undefined) throw made.error;
    return { pipes: paths.map(openPipe), close };
  } catch (error) {
    close();
    throw error;
  }
}

function openPipe(path: string): Pipe {
  // The reader first, without waiting for a writer: else either end would wait for the other.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  let isOpen = true;
  return {
    writeFd,
    path,
    source: new Socket({ fd: readFd, readable: true, writable: false }),
    release: () => {
      if (isOpen) closeSync(writeFd);
      isOpen = false;
    },
  };
}
