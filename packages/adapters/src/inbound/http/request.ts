import type { IncomingMessage } from "node:http";
import { FleetError } from "@fleetbus/core";
import { isLoopback } from "../../place/is-loopback.ts";
import { isSigned, isTimely } from "../../webhook/verify.ts";
import type { InboundConfig } from "../config.ts";
import { placeOf } from "../place.ts";
import { refusedAnswer, unsigned, type HttpAnswer } from "./answer.ts";

/** A request whose signature was checked. */
export interface SignedRequest {
  /** `webhook-id`. */
  readonly id: string;
  readonly body: Uint8Array;
  /** Structured CloudEvents. */
  readonly isEnvelope: boolean;
}

/** What is asked of a request. */
export interface Demands {
  readonly config: InboundConfig;
  readonly maxBodyBytes: number;
  now(): number;
}

/** Reads a request; resolves with what its sender is told where it is none that counts. Nothing is told before it is. */
export async function readRequest(
  request: IncomingMessage,
  demands: Demands,
): Promise<SignedRequest | HttpAnswer> {
  const wrong = wrongHead(request, demands);
  if (wrong !== undefined) return wrong;
  const body = await bodyOf(request, demands.maxBodyBytes);
  if (body === undefined) return tooLarge(demands.maxBodyBytes);
  const id = signedId(request, body, demands);
  if (id === undefined) return unsigned;
  return { id, body, isEnvelope: typeOf(request) === envelopeType };
}

const envelopeType = "application/cloudevents+json";
const types: ReadonlySet<string> = new Set(["application/json", envelopeType]);

function wrongHead(request: IncomingMessage, { config, maxBodyBytes }: Demands): HttpAnswer | undefined {
  const { method, url = "", headers } = request;
  if (!isMeant(headers.host ?? "", config))
    return refusal("refused", "the Host is none of this machine's", 403);
  if (url.split("?")[0] !== config.path) return refusal("not_found", "nothing is here", 404);
  if (method !== "POST")
    return { ...refusal("usage", `use POST, not ${method}`, 405), headers: { allow: "POST" } };
  if (!types.has(typeOf(request)) || headers["content-encoding"] !== undefined)
    return refusal("usage", `send ${[...types].join(" or ")}, not compressed`, 415);
  return Number(headers["content-length"] ?? 0) > maxBodyBytes ? tooLarge(maxBodyBytes) : undefined;
}

/** A page in a browser of this machine reaches loopback by a name of its own (DNS rebinding). */
function isMeant(host: string, { listen, behind_proxy: isBehind }: InboundConfig): boolean {
  const isOpen = isBehind || !isLoopback(placeOf(listen)?.host ?? "");
  return isOpen || isLoopback(placeOf(/:\d+$/.test(host) ? host : `${host}:80`)?.host ?? "");
}

function typeOf({ headers }: IncomingMessage): string {
  const [type = "", ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const isUtf8 = parameters.every((each) => /^\s*(?:charset="?utf-8"?)?\s*$/.test(each));
  return isUtf8 ? type.trim() : "";
}

/** Undefined for one that is too long: the rest is not read. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream: AsyncIterable<unknown> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Its id, where id, time and signature stand there once each and belong together. */
function signedId(request: IncomingMessage, body: Uint8Array, { config, now }: Demands): string | undefined {
  const [id, time, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const [value, ...more] = request.headersDistinct[name] ?? [];
    return more.length === 0 ? value : undefined;
  });
  if (id === undefined || time === undefined || signatures === undefined) return undefined;
  // no dot: what is signed is id, time and body with dots between them
  if (!/^[\x21-\x2d\x2f-\x7e]{1,200}$/.test(id) || !/^\d{1,12}$/.test(time)) return undefined;
  const seconds = Number(time);
  const { secrets } = config;
  return isSigned({ secrets, signatures, id, seconds, body }) && isTimely(seconds, now()) ? id : undefined;
}

function tooLarge(maxBytes: number): HttpAnswer {
  const answer = refusal("too_large", `at most ${maxBytes} bytes are taken`, 413);
  return { ...answer, headers: { connection: "close" } };
}

function refusal(
  code: "refused" | "not_found" | "usage" | "too_large",
  reason: string,
  status: number,
): HttpAnswer {
  return refusedAnswer(new FleetError(code, `taking a request: ${reason}`), status);
}
