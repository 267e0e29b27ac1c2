import { open, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { FleetError, maxBodyBytes, messageOf } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";

/** Where a body comes from: words of the command line, `-` for the standard input, or a file. */
export interface BodySource {
  readonly words: readonly string[];
  readonly file?: string | undefined;
}

/** Reads and checks a body before anything is sent: not empty, at most 900,000 bytes, UTF-8 text without NUL. */
export async function readBody(source: BodySource, context: Context): Promise<string> {
  const bytes = await bytesOf(source, context);
  if (bytes.length > maxBodyBytes) throw tooLarge();
  const text = decode(bytes);
  if (text.trim() === "")
    throw new FleetError("usage", "reading the body: it is empty; say something, give - or --body-file");
  return text;
}

async function bytesOf({ words, file }: BodySource, context: Context): Promise<Uint8Array> {
  if (file !== undefined && words.length > 0) {
    throw new FleetError(
      "usage",
      "reading the body: it is given twice, in words and as --body-file; give one of them",
    );
  }
  if (file !== undefined) return readFileAt(resolve(context.world.cwd, file));
  if (words.length === 1 && words[0] === "-") return readStdin(context);
  return new TextEncoder().encode(words.join(" "));
}

async function readStdin({ world }: Context): Promise<Uint8Array> {
  try {
    return await world.stdin.read(maxBodyBytes, world.signal);
  } catch (error) {
    throw error instanceof FleetError && error.code === "too_large" ? tooLarge() : error;
  }
}

async function readFileAt(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      return await readBounded(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): FleetError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const doing = `reading the body from ${path}`;
  if (code === "ENOENT") return new FleetError("not_found", `${doing}: there is no such file`, { cause });
  if (code === "EISDIR") return new FleetError("usage", `${doing}: it is a folder`, { cause });
  return new FleetError("not_found", `${doing}: ${messageOf(cause)}`, { cause });
}

/** One byte more than is allowed tells a file that is too long from one that just fits; a pipe gives its bytes bit by bit. */
async function readBounded(file: FileHandle): Promise<Uint8Array> {
  const buffer = new Uint8Array(maxBodyBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function decode(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw binary("it holds a NUL byte");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw binary("it is not UTF-8"); // the decoder says no more than that
  }
}

function binary(why: string): FleetError {
  return new FleetError(
    "malformed",
    `reading the body: ${why}; a body is text: put the file where the recipient can read it and send its path`,
  );
}

function tooLarge(): FleetError {
  return new FleetError(
    "too_large",
    `reading the body: more than ${maxBodyBytes} bytes; put it in a file where the recipient can read it and send its path`,
  );
}
