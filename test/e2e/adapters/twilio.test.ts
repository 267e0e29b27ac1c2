import { afterAll, beforeAll, expect, test } from "vitest";
import type { NatsConnection } from "nats";
import { z } from "zod";
import {
  startFarServer,
  type FarServer,
} from "../../../packages/adapters/src/http/far-server.test.support.ts";
import { twilioService } from "../../../packages/adapters/src/twilio/twilio.stub.test.support.ts";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";
import { publishEvent } from "./publish.ts";

const hex = "0123456789abcdef0123456789abcdef";
const account = { account: `AC${hex}`, key: `SK${hex}`, secret: "right", from: "+15551234567" };
const viewsSchema = z.object({ items: z.array(z.looseObject({ name: z.string(), held: z.number() })) });
const daily = 30;

let far: FarServer;
let fleet: Fleet;
let connection: NatsConnection;

beforeAll(async () => {
  far = await startFarServer(twilioService(account));
  const entry = (name: string, ...more: readonly string[]) => [
    ...["[[adapter]]", `name = "${name}"`, 'type = "twilio"', `account = "${account.account}"`],
    ...[`key = "${account.key}"`, 'secret = "env:SMS_SECRET"', `from = "${account.from}"`],
    ...['to = "+15557654321"', `server = "${far.url}"`, `allow_private = ["${new URL(far.url).host}"]`],
    ...['rate = "1000/m"', ...more, ""],
  ];
  const config = [
    ...entry("sms", 'on = ["run.finished"]', `daily = ${daily}`),
    ...entry("long", 'on = ["turn.failed"]', "longest = 700"),
  ];
  fleet = await startFleet({ config: config.join("\n"), env: { SMS_SECRET: account.secret } });
  connection = await connectAsChecker(await fleet.hub());
});

afterAll(async () => {
  await connection?.close();
  await fleet?.close();
  await far?.close();
});

async function held(): Promise<number> {
  const { items } = viewsSchema.parse((await fleet.api("GET", "/v1/adapters")).json);
  return items.find(({ name }) => name === "sms")?.held ?? -1;
}

test("[row 134] [row 161] thirty SMS a day are sent, each within its length, and the rest waits", async () => {
  const tail = "a line of the log\n".repeat(100);
  const ids = Array.from({ length: daily + 3 }, (_, n) => `sms-${n}`);
  for (const id of ids)
    await publishEvent(connection, {
      id,
      kind: "run.finished",
      data: { run: id, command: [id], exitCode: 1, tail },
    });
  await eventually(
    async () => ((await held()) === 3 ? true : undefined),
    () => `three to be held, ${far.taken.length} sent`,
    60_000,
  );
  const texts = far.taken.map(({ body }) => new URLSearchParams(body).get("Body") ?? "");
  expect(texts).toHaveLength(daily);
  expect(far.seen).toHaveLength(daily);
  for (const text of texts) expect([text.length <= 320, text.length > 250]).toEqual([true, true]);
  expect(new Set(texts.map((text) => /^(sms-\d+): exit 1\n/.exec(text)?.[1])).size).toBe(daily);
});

test("those who ask for longer SMS get them", async () => {
  const before = far.taken.length;
  const lastText = "a line of the report\n".repeat(100);
  await publishEvent(connection, { id: "long-1", kind: "turn.failed", data: { cli: "claude", lastText } });
  const sent = () => (far.taken.length > before ? far.taken.at(-1) : undefined);
  const { body } = await eventually(
    async () => sent(),
    () => "the SMS",
    20_000,
  );
  const { length } = new URLSearchParams(body).get("Body") ?? "";
  expect([length > 500, length <= 700]).toEqual([true, true]);
});
