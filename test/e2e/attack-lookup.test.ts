import { execFileSync } from "node:child_process";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import type { NatsConnection } from "nats";
import { headers as newHeaders } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { connectAsChecker } from "../support/checker/stored.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { startScriptedAgent } from "../support/fleet/scripted-agent.ts";

let fleet: Fleet;
let connection: NatsConnection;

const caller = { pid: process.pid, ancestors: [], hasTty: false };
const sentSchema = z.object({ id: z.string() });
const traceSchema = z.object({
  message: z.object({ body: z.string() }).optional(),
  stages: z.array(z.object({ stage: z.string() })),
});

beforeAll(async () => {
  fleet = await startFleet();
  connection = await connectAsChecker(await fleet.hub());
});
afterAll(async () => {
  await connection?.close();
  await fleet?.close();
});

/** Whoever has a credential may store this. */
async function storeRubbish(subject: string, id: string): Promise<void> {
  const headers = newHeaders();
  headers.set("ce-id", id);
  headers.set("ce-specversion", "9.9");
  await connection.jetstream().publish(subject, Buffer.from([0xff, 0xfe, 0x7b]), { headers });
}

async function send(body: string): Promise<string> {
  const answer = await fleet.api("POST", "/v1/messages", { caller, target: "later", body, create: true });
  return sentSchema.parse(answer.json).id;
}

describe("a message that strangers wrote rubbish around", () => {
  it("is traced by its id, by a suffix and as the last one, and cancelled", async () => {
    const id = await send("find me");
    const [me, later] = ["lab.me", "lab.later"];
    await storeRubbish(`fleet.main.receipt.${me}.${id}.${later}`, id);
    await storeRubbish(`fleet.main.receipt.${me}.x${id.slice(-8)}.lab.LATER`, id);
    await storeRubbish(`fleet.main.inbox.${later}.${me}`, id);
    await storeRubbish(`fleet.main.inbox.${later}.${me}`, `x${id.slice(-8)}`);
    for (const ref of [id, id.slice(-8), "last"]) {
      const answer = await fleet.api("GET", `/v1/messages/${ref}/trace`);
      expect([answer.status, answer.text.includes("find me")]).toEqual([200, true]);
      const trace = traceSchema.parse(answer.json);
      expect(trace.stages.map(({ stage }) => stage)).toContain("stored");
    }
    const cancelled = await fleet.api("POST", "/v1/cancellations", { caller, id: id.slice(-8) });
    expect(cancelled.json).toMatchObject({ id, stage: "cancelled" });
  });

  it("of two that end alike is neither", async () => {
    const ids = ["one-alike", "two-alike"];
    for (const id of ids)
      await fleet.api("POST", "/v1/messages", { caller, target: "later", body: id, create: true, id });
    const answer = await fleet.api("POST", "/v1/cancellations", { caller, id: "alike" });
    expect(answer.json).toMatchObject({
      error: { code: "target_ambiguous", details: { candidates: ids.toReversed() } },
    });
  });
});

describe("a hook whose transcript is a pipe that nobody writes to", () => {
  it("is answered, and so are all others, however many there are", async () => {
    for (let number = 0; number < 6; number += 1) {
      const transcript = join(fleet.home, `pipe-${number}`);
      execFileSync("mkfifo", [transcript]);
      const name = `piped-${number}`;
      const agent = await startScriptedAgent(fleet, name);
      try {
        await agent.hook("SessionStart", { source: "resume", transcript_path: transcript });
        await fleet.api("POST", "/v1/messages", { caller, target: name, body: `body ${number}` });
        expect(await agent.prompt("go on")).toContain(`body ${number}`);
      } finally {
        await agent.close();
      }
    }
    expect((await fleet.api("GET", "/v1/status")).status).toBe(200);
  });
});

describe("a request that never ends", () => {
  it("is told 408 after its time, while others are answered", async () => {
    const slow: Socket[] = Array.from({ length: 50 }, () => connectSocket(fleet.paths.socketFile));
    try {
      const heard = slow.map(
        (socket) =>
          new Promise<string>((resolve) => {
            let text = "";
            socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
            socket.on("error", () => undefined).on("close", () => resolve(text));
            socket.write("POST /v1/hook/claude/Stop HTTP/1.1\r\nhost: localhost\r\n");
          }),
      );
      expect((await fleet.api("GET", "/v1/status")).status).toBe(200);
      for (const text of await Promise.all(heard)) expect(text).toMatch(/^HTTP\/1\.1 408 [^]*"pending"/);
    } finally {
      for (const socket of slow) socket.destroy();
    }
  });
});
