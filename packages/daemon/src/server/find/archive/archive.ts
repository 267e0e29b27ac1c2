import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { FleetError, messageOf, timeLimit } from "@fleetbus/core";
import type { Run } from "../command.ts";
import { install } from "../local/installed.ts";
import type { ArchiveSource } from "./pins.ts";
import type { FoundServer } from "../progress.ts";
import { fileInTar } from "./tar.ts";

const maxArchiveBytes = 64 * 1024 * 1024;
const maxUnpackedBytes = 256 * 1024 * 1024;
const downloadTimeoutMs = 120_000;

/** What the archive step needs from outside. */
export interface ArchiveDeps {
  readonly cacheDir: string;
  readonly fetch: typeof fetch;
  readonly run: Run;
  readonly signal: AbortSignal;
}

/** Downloads a release archive, checks its SHA-256 before anything reads it, and installs the server in it. Throws `failed`. */
export async function serverFromArchive(source: ArchiveSource, deps: ArchiveDeps): Promise<FoundServer> {
  const archive = await download(source.url, deps);
  const sum = createHash("sha256").update(archive).digest("hex");
  if (sum !== source.sha256) {
    throw new FleetError(
      "failed",
      `downloading ${shown(source.url)}: its SHA-256 is ${sum}, not ${source.sha256}; nothing of it was used`,
    );
  }
  const binary = fileInTar(await unzip(archive, source.url), "nats-server");
  if (binary === undefined)
    throw new FleetError("failed", `unpacking ${shown(source.url)}: no nats-server in it`);
  const staging = await mkdtemp(join(tmpdir(), "fleet-server-"));
  try {
    const path = join(staging, "nats-server");
    await writeFile(path, binary, { mode: 0o755 });
    return await install(path, deps.cacheDir, { from: "archive", run: deps.run });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function download(url: string, deps: ArchiveDeps): Promise<Uint8Array> {
  const signal = AbortSignal.any([deps.signal, timeLimit(downloadTimeoutMs)]);
  try {
    const response = await deps.fetch(...requestOf(url, signal));
    if (!response.ok) {
      await response.body?.cancel();
      throw new FleetError("failed", `downloading ${shown(url)}: the server answered ${response.status}`);
    }
    return await bodyOf(response, url);
  } catch (error) {
    deps.signal.throwIfAborted();
    if (error instanceof FleetError) throw error;
    throw new FleetError("failed", `downloading ${shown(url)}: ${causeOf(error)}`, { cause: error });
  }
}

/** fetch takes no URL with a user in it: a mirror's user and password go where HTTP wants them. */
function requestOf(text: string, signal: AbortSignal): [URL, RequestInit] {
  const url = new URL(text);
  const user = decodeURIComponent(`${url.username}:${url.password}`);
  url.username = "";
  url.password = "";
  if (user === ":") return [url, { signal }];
  return [url, { signal, headers: { authorization: `Basic ${Buffer.from(user).toString("base64")}` } }];
}

async function bodyOf(response: Response, url: string): Promise<Uint8Array> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    size += chunk.value.byteLength;
    if (size > maxArchiveBytes) {
      await reader?.cancel();
      throw new FleetError("failed", `downloading ${shown(url)}: over ${maxArchiveBytes} bytes`);
    }
    chunks.push(chunk.value);
  }
  return Buffer.concat(chunks);
}

async function unzip(archive: Uint8Array, url: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(archive, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    throw new FleetError("failed", `unpacking ${shown(url)}: ${messageOf(error)}`, { cause: error });
  }
}

/** A mirror's URL may hold a password. */
function shown(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

/** fetch says only "fetch failed"; the reason is its cause. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
}
