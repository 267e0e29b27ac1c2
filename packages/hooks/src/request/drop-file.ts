import { messageOf } from "@fleetbus/core";
import { parseHookFacts, parseHookRequest, type HookFacts, type HookRequest } from "./hook-request.ts";

/**
 * What a file of the drop folder holds. `torn`: the client was killed or its disk was full while writing (it may still
 * be writing: look again later, before giving it up), or the CLI never finished its payload; the facts say what
 * happened where, as far as they were written. `foreign`: not a client's file at all.
 */
export type DropFile =
  | { readonly is: "request"; readonly request: HookRequest }
  | { readonly is: "torn"; readonly reason: string; readonly facts?: HookFacts }
  | { readonly is: "foreign"; readonly reason: string };

/** Whether a client may have left a file of this name. Names sort by time. */
export function isDropName(name: string): boolean {
  return DROP_NAME.test(name);
}

const DROP_NAME = /^\d{10,20}-\d+-\d+\.req$/;
const trailer = Buffer.from("\nEND\n");

/** Reads a drop file: the very HTTP request with LF line ends and without its credential, then a line `END`. Never throws. */
export function parseDropFile(bytes: Uint8Array, now: number): DropFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!"POST ".startsWith(file.subarray(0, 5).toString("latin1")))
    return foreign("it does not begin with POST");
  const blank = file.indexOf("\n\n");
  if (blank < 0) return { is: "torn", reason: "it ends within its head" };
  const { path, headers } = parseHead(file.subarray(0, blank).toString("utf8"));
  try {
    return parseBody(file.subarray(blank + 2), { path, headers, now });
  } catch (error) {
    return foreign(messageOf(error));
  }
}

interface Head {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly now: number;
}

function parseBody(rest: Buffer, head: Head): DropFile {
  const facts = parseHookFacts(head);
  const cut = head.headers["x-fleet-torn"];
  if (cut !== undefined) return { is: "torn", reason: `the payload was cut (${cut})`, facts };
  const length = Number(head.headers["content-length"] ?? Number.NaN);
  if (!Number.isSafeInteger(length)) return foreign("it has no Content-Length");
  if (rest.length < length + trailer.length) {
    return { is: "torn", reason: `it has ${rest.length} of ${length + trailer.length} bytes`, facts };
  }
  if (!rest.subarray(length).equals(trailer)) return foreign("no END follows its payload");
  return { is: "request", request: parseHookRequest({ ...head, body: rest.subarray(0, length) }) };
}

function parseHead(head: string): Omit<Head, "now"> {
  const [first = "", ...lines] = head.split("\n");
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 0 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const];
  });
  return { path: first.split(" ")[1] ?? "", headers: Object.fromEntries(headers) };
}

function foreign(reason: string): DropFile {
  return { is: "foreign", reason };
}
