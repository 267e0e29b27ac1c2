import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { FleetError, messageOf, timeLimit, unlessAborted } from "@fleetbus/core";
import { programEnvironment } from "../../program/environment.ts";
import { controlParser, type ControlBlock, type ControlNotice } from "./protocol.ts";

/** A tmux server by its socket, and the program that talks to it. */
export interface TmuxServer {
  /** Path of the server's socket: the first field of `$TMUX`. */
  readonly socket: string;
  /** `tmux`, or a path where it is not among the usual folders. */
  readonly command: string;
}

/** One control mode client (HOOKS.md §8). Calls may overlap; they are answered in order. */
export interface ControlClient {
  /**
   * Sends command lines in one write and gives the blocks they printed. A command that tmux refuses is a block with
   * `isError`. Rejects with `unavailable` when the connection ends first, or with the signal's reason.
   */
  run(commands: readonly string[], signal: AbortSignal): Promise<readonly ControlBlock[]>;
  /** Gives a way to stop listening. */
  onNotice(listener: (notice: ControlNotice) => void): () => void;
  /** Resolves once, when the connection is over for whatever reason. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const closeTimeoutMs = 1000;

/**
 * Attaches to the server's most recent session without resizing it, without its output and (`-E`) without touching its
 * environment. Rejects with `unavailable` when there is no server or no session, with `config` when there is no tmux.
 */
export async function connectControl(server: TmuxServer, signal: AbortSignal): Promise<ControlClient> {
  signal.throwIfAborted();
  const flags = ["attach-session", "-E", "-f", "ignore-size,no-output"];
  const child = spawn(server.command, ["-u", "-S", server.socket, "-C", ...flags], {
    env: programEnvironment,
  });
  const link = new Link(child, server);
  try {
    await unlessAborted(link.attached, signal);
  } catch (error) {
    await link.close();
    throw error;
  }
  return link;
}

interface Pending {
  readonly sentinel: string;
  readonly blocks: ControlBlock[];
  resolve(blocks: readonly ControlBlock[]): void;
  reject(error: unknown): void;
}

class Link implements ControlClient {
  readonly ended: Promise<void>;
  /** Commands sent before this are answered "no current client". */
  readonly attached: Promise<void>;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly server: TmuxServer;
  private readonly parser = controlParser();
  private readonly listeners = new Set<(notice: ControlNotice) => void>();
  private readonly pending: Pending[] = [];
  /** What tmux said before the end, on its standard error or in a block that nobody asked for. */
  private complaint = "";
  /** Unguessable, so that no screen that is captured can look like the end of its own capture. */
  private readonly secret = randomBytes(8).toString("hex");
  private count = 0;
  private reason: FleetError | undefined;
  private settleAttached: { resolve(): void; reject(error: unknown): void } | undefined;
  private settleEnded: (() => void) | undefined;

  constructor(child: ChildProcessWithoutNullStreams, server: TmuxServer) {
    this.child = child;
    this.server = server;
    this.attached = new Promise((resolve, reject) => (this.settleAttached = { resolve, reject }));
    this.ended = new Promise((resolve) => (this.settleEnded = resolve));
    this.listen();
  }

  run(commands: readonly string[], signal: AbortSignal): Promise<readonly ControlBlock[]> {
    if (this.reason !== undefined) return Promise.reject(this.reason);
    this.count += 1;
    const sentinel = `fleet-${this.secret}-${this.count}`;
    const answer = new Promise<readonly ControlBlock[]>((resolve, reject) => {
      this.pending.push({ sentinel, blocks: [], resolve, reject });
    });
    this.child.stdin.write([...commands, `display-message -p ${sentinel}`, ""].join("\n"));
    return unlessAborted(answer, signal);
  }

  onNotice(listener: (notice: ControlNotice) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.end(
      new FleetError("unavailable", `talking to tmux at ${this.server.socket}: the connection was closed`),
    );
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined)
      return;
    const gone = once(this.child, "exit", { signal: timeLimit(closeTimeoutMs) });
    this.child.stdin.end();
    await gone.catch(() => this.child.kill("SIGKILL")); // a server that hangs must not keep its client
  }

  private listen(): void {
    const { child } = this;
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => this.take(chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (this.complaint += chunk));
    child.stdin.on("error", () => undefined); // the exit that caused it tells more
    child.on("error", (error) => this.end(this.startError(error)));
    child.on("close", () => this.end(this.lost("")));
  }

  private take(chunk: string): void {
    for (const message of this.parser.push(chunk)) {
      if (message.type === "notice") this.hear(message.notice);
      else this.collect(message.block);
    }
  }

  private hear(notice: ControlNotice): void {
    if (notice.name === "session-changed") this.settleAttached?.resolve();
    if (notice.name === "exit") this.end(this.lost(notice.rest));
    for (const listener of this.listeners) listener(notice);
  }

  private collect(block: ControlBlock): void {
    const first = this.pending[0];
    if (first === undefined) {
      if (block.isError) this.complaint += block.lines.join(" ");
      return;
    }
    if (block.lines.length !== 1 || block.lines[0] !== first.sentinel) {
      first.blocks.push(block);
      return;
    }
    this.pending.shift();
    first.resolve(first.blocks);
  }

  private end(reason: FleetError): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.settleAttached?.reject(reason);
    for (const each of this.pending.splice(0)) each.reject(reason);
    this.settleEnded?.();
  }

  private lost(detail: string): FleetError {
    const why = this.complaint.trim() || detail || "the connection ended";
    return new FleetError("unavailable", `talking to tmux at ${this.server.socket}: ${why}`);
  }

  private startError(error: Error): FleetError {
    const way = "name it by its path as `command` of the tmux adapter";
    return new FleetError("config", `starting ${this.server.command}: ${messageOf(error)}; ${way}`, {
      cause: error,
    });
  }
}
