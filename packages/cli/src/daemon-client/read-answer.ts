import { FleetError } from "@fleetbus/core";
import { byteReader, cutOff, type ByteReader } from "./byte-reader.ts";

/** An answer of the daemon whose body is still on its way. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends at the body's end; rejects with `unavailable` when the connection ends before it. To be read once. */
  readonly body: AsyncIterable<Buffer>;
}

/** Reads the one HTTP/1.1 answer of a connection: its head now, its body as it is iterated. */
export async function readAnswer(chunks: AsyncIterator<Buffer>): Promise<HttpAnswer> {
  const reader = byteReader(chunks);
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(await reader.line()) ?? [];
  if (status === undefined)
    throw new FleetError("unavailable", "reading the daemon's answer: it does not speak HTTP");
  const headers = await readHeaders(reader);
  return { status: Number(status), headers, body: bodyOf(reader, headers) };
}

async function readHeaders(reader: ByteReader): Promise<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {};
  for (let line = await reader.line(); line !== ""; line = await reader.line()) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

function bodyOf(reader: ByteReader, headers: Readonly<Record<string, string>>): AsyncIterable<Buffer> {
  if (headers["transfer-encoding"] === "chunked") return chunked(reader);
  const length = headers["content-length"];
  return length === undefined ? untilEnd(reader) : sized(reader, Number(length));
}

async function* sized(reader: ByteReader, length: number): AsyncGenerator<Buffer> {
  let left = length;
  while (left > 0) {
    const part = await reader.some(left);
    if (part === undefined) throw cutOff();
    left -= part.length;
    yield part;
  }
}

async function* chunked(reader: ByteReader): AsyncGenerator<Buffer> {
  for (;;) {
    const size = Number.parseInt(await reader.line(), 16);
    if (!Number.isSafeInteger(size)) throw cutOff();
    if (size === 0) return;
    yield* sized(reader, size);
    await reader.line();
  }
}

async function* untilEnd(reader: ByteReader): AsyncGenerator<Buffer> {
  for (let part = await reader.some(65_536); part !== undefined; part = await reader.some(65_536)) yield part;
}
