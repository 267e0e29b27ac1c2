import {
  FleetError,
  sanitiseLine,
  toFleetError,
  unseal,
  type Attachment,
  type Clock,
  type FleetEvent,
} from "@fleetbus/core";
import type { Bus } from "@fleetbus/core/bus";
import { pack, type Packed } from "./pack.ts";

/** What a notice says and holds of a run's full log. */
export interface ShownLog {
  /** One line: which file it is, or why there is none; and how to get it by other means. */
  readonly line: string;
  readonly file?: Attachment;
}

/**
 * The full log of a run whose user wanted it attached (`fleet run --attach full`); undefined for all other events. Waits
 * for a log that is still on its way. Whatever is wrong with it is said in its line; rejects with the signal's reason alone.
 */
export type RunLogs = (
  event: FleetEvent,
  maxBytes: number,
  signal: AbortSignal,
) => Promise<ShownLog | undefined>;

/** Where the logs are, and what they are read with. */
export interface RunLogsDeps {
  readonly bus: Pick<Bus, "objects">;
  readonly clock: Clock;
  /** The key of `[run] key`, as the config is now. */
  key(): Promise<Buffer | undefined>;
}

/** The daemon takes a log to the server beside the event that tells of it. */
export const waitMs = 20_000;
const lookEveryMs = 500;

/** The logs of one fleet. */
export function runLogs(deps: RunLogsDeps): RunLogs {
  return async (event, maxBytes, signal) => {
    const { run, attach, logRef } = event.data;
    if (event.kind !== "run.finished" || attach !== "full" || typeof run !== "string") return undefined;
    try {
      if (logRef === undefined) throw new FleetError("not_found", "none was kept");
      if (maxBytes <= 0) throw new FleetError("too_large", "this channel takes no files");
      const packed = await packedOf(deps, { run, maxBytes }, signal);
      return { line: lineOf(event, packed), file: fileOf(run, packed) };
    } catch (error) {
      signal.throwIfAborted();
      return withoutFile(event, toFleetError(error));
    }
  };
}

/** What is said where the log is not attached. */
export function withoutFile({ data }: FleetEvent, { message }: FleetError): ShownLog {
  const rest = data["logRef"] === undefined ? "" : `; ${commandOf(data["run"])}`;
  return { line: sanitiseLine(`Full log not attached: ${message.split("\n")[0]}${rest}`) };
}

interface Wanted {
  readonly run: string;
  readonly maxBytes: number;
}

async function packedOf(deps: RunLogsDeps, wanted: Wanted, signal: AbortSignal): Promise<Packed> {
  const { bus, clock } = deps;
  const until = clock.monotonic() + waitMs;
  for (;;) {
    let why = new FleetError("not_found", "it did not come to the server yet");
    try {
      const log = await (await bus.objects("runs")).get(wanted.run);
      if (log !== undefined) return await pack(unseal(log, deps.key), wanted.maxBytes, signal);
    } catch (error) {
      why = toFleetError(error);
      if (!why.isRetryable) throw why;
    }
    if (clock.monotonic() >= until) throw why;
    await clock.sleep(lookEveryMs, signal);
  }
}

function fileOf(run: string, { bytes, isCompressed, isText }: Packed): Attachment {
  const plainType = isText ? "text/plain; charset=utf-8" : "application/octet-stream";
  return {
    name: nameOf(run, isCompressed),
    mediaType: isCompressed ? "application/gzip" : plainType,
    bytes,
  };
}

function lineOf({ data }: FleetEvent, { isCompressed, bytes, outputBytes }: Packed): string {
  const { run, logSkippedBytes } = data;
  const size = isCompressed ? `${sizeOf(bytes.length)}, of ${sizeOf(outputBytes)}` : sizeOf(outputBytes);
  const cut =
    typeof logSkippedBytes === "number" ? `, without the last ${sizeOf(logSkippedBytes)} of the output` : "";
  return `Full log: ${nameOf(String(run), isCompressed)} (${size})${cut}; ${commandOf(run)}`;
}

function nameOf(run: string, isCompressed: boolean): string {
  return `run-${run}.log${isCompressed ? ".gz" : ""}`;
}

function commandOf(run: unknown): string {
  return `fleet run log ${String(run)} prints it`;
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
