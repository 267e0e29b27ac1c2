import { randomInt } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import type { Saying } from "../commands/message/publish.ts";
import { callerOf } from "../daemon-client/caller.ts";
import { version } from "../version.ts";

/**
 * Leaves the request in the drop folder as hooks do (hooks/request/drop-file.ts): the HTTP request with LF line ends, then
 * a line END; created exclusively, on disk when this resolves. Rejects with `storage`.
 */
export async function dropRequest(saying: Saying, context: Context): Promise<PublishAnswer> {
  await leaveRequest({ path: "/v1/messages", body: { caller: callerOf(context.world), ...saying } }, context);
  const { id, thread = id, target } = saying;
  return {
    id,
    thread,
    from: saying.from ?? context.world.env["FLEET_SESSION"] ?? "me",
    to: [target],
    stage: "spooled",
    isDuplicate: false,
  };
}

/** A request that the daemon takes from a file. */
export interface LeftRequest {
  readonly path: "/v1/messages" | "/v1/runs";
  readonly body: object;
}

/** Leaves one request for the next daemon; on disk when this resolves. Rejects with `storage`. */
export async function leaveRequest(
  request: LeftRequest,
  context: Pick<Context, "world" | "paths">,
): Promise<void> {
  const { clock, pid } = context.world;
  const { dropDir } = context.paths();
  const now = clock.now();
  // Microseconds first, so that names sort by time among those of the hooks.
  const name = `${Math.trunc(now * 1000)}-${pid}-${randomInt(100_000)}.req`;
  await write(dropDir, name, contentOf(request, { name, now }));
}

function contentOf(request: LeftRequest, file: { readonly name: string; readonly now: number }): string {
  const body = JSON.stringify(request.body);
  const head = [
    `POST ${request.path} HTTP/1.0`,
    `X-Fleet-Version: ${version}`,
    `X-Fleet-Id: ${file.name.replace(/\.req$/, "")}`,
    `X-Fleet-Time: ${(file.now / 1000).toFixed(6)}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join("\n")}\n\n${body}\nEND\n`;
}

async function write(dir: string, name: string, content: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const file = await open(join(dir, name), "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncFolder(dir);
  } catch (cause) {
    throw new FleetError("storage", `keeping it in ${dir}: ${messageOf(cause)}; nothing was sent`, {
      cause,
    });
  }
}

/** A file is there after a power cut only when its folder's entry is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
