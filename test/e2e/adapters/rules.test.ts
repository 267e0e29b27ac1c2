import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { show } from "./watching.ts";
import { eventually } from "../../support/tmux.ts";
import { publishEvent } from "./publish.ts";

const people = fileURLToPath(new URL("people.mjs", import.meta.url));
const noticeSchema = z.object({
  adapter: z.string(),
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  isResolved: z.boolean(),
});
const viewsSchema = z.object({ items: z.array(z.looseObject({ name: z.string(), held: z.number() })) });

let fleet: Fleet;
let receiver: Receiver;
let connection: NatsConnection;

beforeAll(async () => {
  receiver = await startReceiver();
  fleet = await startFleet({ config: "" });
  connection = await connectAsChecker(await fleet.hub());
  await copyFile(people, join(fleet.home, "people.mjs"));
});

afterAll(async () => {
  await connection.close();
  await fleet.close();
  await receiver.close();
});

const entry = (name: string, ...more: readonly string[]) =>
  [
    ...["[[adapter]]", `name = "${name}"`, 'type = "./people.mjs"', `target = "${receiver.url}"`],
    ...[`allow_private = ["${receiver.host}"]`, ...more, ""],
  ].join("\n");

function seenBy(name: string) {
  return receiver.received
    .map(({ body }) => noticeSchema.parse(JSON.parse(body)))
    .filter((one) => one.adapter === name);
}

async function heldBy(name: string): Promise<number> {
  const { items } = viewsSchema.parse((await fleet.api("GET", "/v1/adapters")).json);
  return items.find((each) => each.name === name)?.held ?? -1;
}

async function until(what: string, is: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  await eventually(
    async () => ((await is()) ? true : undefined),
    () => what,
    timeoutMs,
  );
}

/** Puts a config in force: its adapters listen when this resolves. */
async function useConfig(text: string, ...names: readonly string[]): Promise<void> {
  await writeFile(fleet.paths.configFile, text);
  await until(`adapters ${names.join(", ")}`, async () => {
    const { text: consumers } = await fleet.api("GET", "/v1/consumers");
    return names.every((name) => consumers.includes(`adapter=any=${name}`));
  });
}

const publish = (id: string, kind: string, data = {}) =>
  publishEvent(connection, { id, kind, data: { cli: "claude", ...data } });

describe("an adapter for people", () => {
  test("is told the same state once, again after another one, and that it is over", async () => {
    await useConfig(entry("states", 'on = ["turn.failed"]'), "states");
    await publish("s1", "turn.failed");
    await publish("s2", "turn.failed");
    await publish("s3", "prompt.submitted");
    await publish("s4", "turn.failed");
    await publish("s5", "turn.stopped");
    await until("three notices", () => seenBy("states").length >= 3);
    expect(
      seenBy("states")
        .map(({ kind, isResolved }) => `${kind} ${isResolved}`)
        .toSorted(),
    ).toEqual(["turn.failed false", "turn.failed false", "turn.stopped true"]);
  });

  test("gets what comes within its window as one digest", async () => {
    await useConfig(entry("digest", 'on = ["run.finished"]', 'digest = "2s"'), "digest");
    for (const id of ["d1", "d2", "d3"]) await publish(id, "run.finished");
    await until("the digest", () => seenBy("digest").length > 0);
    expect(seenBy("digest")).toMatchObject([{ kind: "adapter.digest" }]);
  });

  test("gets no more in a day than it may, the rest waits at the server", async () => {
    await useConfig(entry("daily", 'on = ["run.finished"]', "daily = 2"), "daily");
    for (const id of ["c1", "c2", "c3"]) await publish(id, "run.finished");
    await until("one that is held", async () => (await heldBy("daily")) === 1);
    await until("the two that may go", () => seenBy("daily").length >= 2);
    await until("their records", async () => {
      const { last } = await show(fleet, "daily");
      return last.filter(({ state }) => state === "done").length === 2;
    });
    expect(seenBy("daily")).toHaveLength(2);
  });

  test("gets what came in quiet hours at their end, urgent things at once", async () => {
    const end = new Date(Math.ceil((Date.now() + 10_000) / 60_000) * 60_000);
    const time = (at: Date) => at.toISOString().slice(11, 16);
    const quiet = `${time(new Date(end.getTime() - 3_600_000))}-${time(end)}`;
    const me = `[me]\nzone = "UTC"\nquiet = "${quiet}"\n`;
    await useConfig(me + entry("quiet", 'on = ["turn.parked", "message.received"]'), "quiet");
    await publish("q1", "turn.parked");
    await publish("q2", "message.received", { priority: "urgent" });
    await until("the urgent one", () => seenBy("quiet").length === 1);
    await until("the other to be held", async () => (await heldBy("quiet")) === 1);
    expect(seenBy("quiet").map(({ kind }) => kind)).toEqual(["message.received"]);
    await until("the end of the quiet hours", () => seenBy("quiet").length === 2, 75_000);
    expect(Date.now()).toBeGreaterThanOrEqual(end.getTime());
  });
});
