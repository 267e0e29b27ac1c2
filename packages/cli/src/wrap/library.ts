import { FleetError, messageOf } from "@fleetbus/core";

/** A terminal with a command in it, as the library gives it. */
export interface Pty {
  readonly pid: number;
  /** What the command prints, as Buffers where no encoding was asked for. */
  onData(listener: (data: string | Buffer) => void): unknown;
  /** Once, after the last `onData`; `signal` is its number, or 0. */
  onExit(listener: (end: { readonly exitCode: number; readonly signal?: number }) => void): unknown;
  /** Queued without a limit; waits, with the whole process, where the command does not read: feed.ts. */
  write(data: string | Buffer): void;
  /** The terminal's own end, which never blocks; closed when the socket is. Neither is in the library's types. */
  readonly fd?: number;
  readonly _socket?: { readonly destroyed: boolean };
  /** Throws for sizes below 1. */
  resize(columns: number, rows: number): void;
  /** Never throws. */
  kill(signal?: string): void;
  /** Closes the terminal, which hangs up on the command. Not in the library's types. */
  destroy?(): void;
}

/** How the library is told to start a command. */
export interface PtyOptions {
  readonly name?: string;
  readonly cols: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env: Record<string, string | undefined>;
  readonly encoding: null;
}

/** The part of `@lydell/node-pty` that fleet uses. */
export interface PtyLibrary {
  spawn(file: string, args: string[], options: PtyOptions): Pty;
}

/** Loads the library; rejects with `unavailable` where the machine has none, or none for its platform. */
export async function loadPtyLibrary(
  load: () => Promise<PtyLibrary> = () => import("@lydell/node-pty"),
): Promise<PtyLibrary> {
  try {
    return await load();
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    throw new FleetError(
      "unavailable",
      `wrapping the command: the optional library @lydell/node-pty cannot be loaded (${reason}); install fleet with it (npm install -g fleetbus --include=optional), or start the command without fleet wrap`,
    );
  }
}
