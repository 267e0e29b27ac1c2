import { isatty } from "node:tty";
import { FleetError, systemClock } from "@fleetbus/core";
import type { Input, Output, World } from "./world.ts";

/** From the first signal until a command that does not end by it is ended. */
const endWithinMs = 15_000;

/** The real process. Listens for SIGINT and SIGTERM once: a second one ends the process at once, as does time. */
export function processWorld(entry: string): World {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => endBy(name, stop));
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    stdin: stdinOf(),
    stdout: outputOf(() => process.stdout, 1),
    stderr: outputOf(() => process.stderr, 2),
    confirm: isatty(0) && isatty(2) ? confirm : undefined,
    clock: systemClock,
    signal: stop.signal,
    entry,
  };
}

function endBy(name: "SIGINT" | "SIGTERM", stop: AbortController): void {
  stop.abort(name);
  const end = () => {
    // Who listens for it hands it on, or takes its time to end well.
    if (process.listenerCount(name) === 0) process.kill(process.pid, name);
  };
  setTimeout(end, endWithinMs).unref();
}

async function confirm(question: string): Promise<boolean> {
  const { confirm: ask } = await import("@clack/prompts");
  return (await ask({ message: question, initialValue: false, output: process.stderr })) === true;
}

/** The stream is opened by its first write only: an unused one costs a millisecond. */
function outputOf(open: () => NodeJS.WriteStream, fd: number): Output {
  const isTerminal = isatty(fd);
  let stream: NodeJS.WriteStream | undefined;
  const opened = (): NodeJS.WriteStream => {
    // Each write reports its own error; without a listener the stream's would end the process.
    stream ??= open().on("error", () => {});
    return stream;
  };
  return {
    isTerminal,
    get columns() {
      return isTerminal ? opened().columns : undefined;
    },
    get rows() {
      return isTerminal ? opened().rows : undefined;
    },
    write: (text) => writeTo(opened(), text),
  };
}

function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

function stdinOf(): Input {
  return { isTerminal: isatty(0), read: readAll };
}

function readAll(maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const { stdin } = process;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: Error) => {
      stdin.destroy();
      reject(error);
    };
    signal.addEventListener("abort", () => fail(new Error("interrupted")), { once: true });
    stdin.on("error", fail);
    stdin.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes)
        fail(new FleetError("too_large", `reading the standard input: more than ${maxBytes} bytes`));
      else chunks.push(chunk);
    });
    stdin.on("end", () => resolve(Buffer.concat(chunks)));
  });
}
