import {
  FleetError,
  httpFailure,
  timeLimit,
  toFleetError,
  type AdapterContext,
  unlessAborted,
} from "@fleetbus/core";
import { z } from "zod";
import { jsonOf } from "../../http/answer.ts";
import { callFailure } from "../../http/call.ts";
import type { NtfyConfig } from "../adapter.ts";
import { callOf } from "../call.ts";

/** For messages of errors. */
export const doing = "listening to ntfy";

const heard = z.object({
  id: z.string().min(1),
  time: z.number(),
  event: z.string(),
  message: z.string().optional(),
  sequence_id: z.string().optional(),
});

/** A line of ntfy's JSON stream. */
export type Heard = z.output<typeof heard>;

/** A subscription that the server has confirmed. */
export interface Stream {
  /** The server's time when it began, in seconds. */
  readonly openedAt: number;
  /** Messages in their order; throws a FleetError where the stream breaks, and where it ends. */
  readonly messages: AsyncGenerator<Heard, void>;
  /** Ends it. */
  close(reason: unknown): void;
}

const openWithinMs = 20_000;
const ndjson = "application/x-ndjson";

/**
 * Subscribes to the reply topic: to what comes after `since` (an id or a time in seconds), or to what is new. Resolves
 * when the server says that it is open; from then on `close` alone ends it.
 */
export async function openStream(
  config: NtfyConfig,
  context: AdapterContext,
  { since, signal }: { readonly since: string | undefined; readonly signal: AbortSignal },
): Promise<Stream> {
  const life = new AbortController();
  const opening = AbortSignal.any([signal, timeLimit(openWithinMs)]);
  try {
    const messages = linesOf(config, context, { since, signal: life.signal });
    const { value: first } = await unlessAborted(messages.next(), opening);
    if (first?.event !== "open") throw new FleetError("unavailable", `${doing}: the server opens no stream`);
    return { openedAt: first.time, messages, close: (reason) => life.abort(reason) };
  } catch (error) {
    life.abort(error);
    signal.throwIfAborted();
    throw opening.aborted
      ? new FleetError("unavailable", `${doing}: not open within ${openWithinMs} ms`)
      : error;
  }
}

async function* linesOf(
  config: NtfyConfig,
  { fetch, clock }: AdapterContext,
  { since, signal }: { readonly since: string | undefined; readonly signal: AbortSignal },
): AsyncGenerator<Heard, void> {
  const path = `${config.reply_topic}/json${since === undefined ? "" : `?since=${since}`}`;
  const { url, headers, secrets } = callOf(config, { path, headers: { accept: ndjson } });
  try {
    const response = await fetch(url, { headers: { ...headers }, signal, redirect: "manual" });
    const { status, headers: answered, body } = response;
    if (status !== 200 || body === null)
      throw httpFailure(doing, { status, headers: answered, body: await response.text() }, clock.now());
    for await (const line of splitLines(body)) yield heardIn(line);
  } catch (error) {
    signal.throwIfAborted();
    throw awayWhereFull(callFailure(error, doing, secrets));
  }
  throw new FleetError("unavailable", `${doing}: the server ended the stream`);
}

/** A stream that has had all the bytes that it may is opened anew, after a while. */
function awayWhereFull(error: FleetError): FleetError {
  return error.code === "too_large" ? new FleetError("unavailable", error.message) : toFleetError(error);
}

const maxLine = 65_536;

async function* splitLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxLine)
      throw new FleetError("unavailable", `${doing}: a line of over ${maxLine} characters`);
    yield* lines.filter((line) => line.trim() !== "");
  }
}

function heardIn(line: string): Heard {
  const read = heard.safeParse(jsonOf(line));
  if (read.success) return read.data;
  throw new FleetError("unavailable", `${doing}: what comes is no message of ntfy; is ${"`server`"} right?`);
}
