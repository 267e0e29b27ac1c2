import { mkdtemp, rm } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Handler } from "./http-server.ts";
import { listen } from "./listen.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-listen-"));
});
afterEach(() => rm(dir, { recursive: true }));

const open = (handler: Handler) =>
  listen({
    socketFile: join(dir, "s"),
    token: "t",
    preferredPort: undefined,
    handler,
    onFull: () => undefined,
  });

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const collect = (answer: IncomingMessage) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString())).on("error", reject);
      answer.on("end", () => resolve(text));
    };
    request({ socketPath: join(dir, "s") }, collect)
      .on("error", reject)
      .end();
  });
}

describe("the daemon's listener", () => {
  it("lets an answer that is under way go out whole when it closes", async () => {
    let closed: Promise<void> | undefined;
    const listening = await open((_, response) => {
      closed = listening.close();
      setTimeout(() => response.end("whole"), 20);
    });
    await expect(ask()).resolves.toBe("whole");
    await closed;
  });

  it("hangs up on those who wait for an answer that never comes", async () => {
    let hasAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (hasAsked = resolve));
    const listening = await open(() => hasAsked());
    const answer = ask().then(() => "an answer", String);
    await asked;
    await listening.close();
    expect(await answer).toContain("socket hang up");
  });
});
