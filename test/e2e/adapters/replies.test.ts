import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { startTalk, type TalkNotice, type TalkServer } from "../../support/far/talk.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { publishEvent } from "./publish.ts";
import { until, useConfig } from "./watching.ts";

const talker = fileURLToPath(new URL("talker.mjs", import.meta.url));
const me = { id: "4711", name: "Ann" };
const inboxSchema = z.object({
  items: z.array(
    z.looseObject({
      ...{ id: z.string(), from: z.string().or(z.looseObject({})), body: z.string(), origin: z.string() },
      ...{ kind: z.string(), thread: z.string(), hop: z.number() },
    }),
  ),
});
const viewsSchema = z.object({
  items: z.array(
    z.looseObject({
      name: z.string(),
      state: z.string(),
      inbound: z.looseObject({ isListening: z.boolean(), taken: z.number(), refused: z.number() }).optional(),
    }),
  ),
});

let fleet: Fleet;
let talk: TalkServer;
let connection: NatsConnection;
let puppet: Puppet;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  talk = await startTalk();
  fleet = await startFleet();
  connection = await connectAsChecker(await fleet.hub());
  await copyFile(talker, join(fleet.home, "talker.mjs"));
  await useConfig(fleet, config(), ["phone"]);
  await until("the adapter to listen", async () => (await inbound())?.isListening === true);
  puppet = await startPuppet({ name: "web", home: fleet.home, client: fleet.client });
});

afterAll(async () => {
  await puppet.kill();
  await connection.close();
  await fleet.close();
  await talk.close();
});

const config = (replies = `from = ["${me.id}"]\nchoices = ["go on"]\n`) =>
  [
    '[me]\nvia = ["phone"]\n[[adapter]]\nname = "phone"\ntype = "./talker.mjs"',
    `target = "${talk.url}"\nallow_private = ["${talk.host}"]\non = ["turn.failed", "message.received"]`,
    `dedupe = "1ms"\n[adapter.replies]\n${replies}`,
  ].join("\n");

async function inbound() {
  const { items } = viewsSchema.parse((await fleet.api("GET", "/v1/adapters")).json);
  return items.find(({ name }) => name === "phone")?.inbound;
}

async function inboxOf(session: string) {
  const answer = await run("inbox", "--session", session, "--json");
  return inboxSchema.parse(answer.json()).items;
}

async function told(isMeant: (notice: TalkNotice) => boolean): Promise<TalkNotice> {
  let found: TalkNotice | undefined;
  await until("the notice", () => (found = talk.notices.find(isMeant)) !== undefined);
  if (found === undefined) throw new Error("no notice");
  return found;
}

/** A turn of web fails, and its human is told. */
async function failure(id: string): Promise<TalkNotice> {
  const from = { machine: await machine(), session: "web" };
  await publishEvent(connection, { id, kind: "turn.failed", from, data: { cli: "demo", error: id } });
  return told((notice) => notice.kind === "turn.failed" && notice.id === id);
}

async function machine(): Promise<string> {
  return z.looseObject({ machine: z.string() }).parse((await fleet.api("GET", "/v1/status")).json).machine;
}

const text = (said: string, more: object = {}) =>
  talk.say({ sender: me, said: { type: "text", text: said, ...more } });

describe("an answer from outside", () => {
  test("[want 33] fleet ask me returns what was quoted in answer", async () => {
    const asking = run("ask", "me", "which port?", "--timeout", "30s");
    const notice = await told(
      ({ kind, text: said }) => kind === "message.received" && said.includes("which port?"),
    );
    const number = talk.notices.indexOf(notice) + 1;
    const settled = await text("8080", { answers: `n${number}` });
    expect(settled.answer?.line).toMatch(/^→ \S+\/me: stored$/);
    expect(await asking).toMatchObject({ code: 0, stdout: expect.stringContaining("8080") });
  });
});
