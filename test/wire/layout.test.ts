import {
  AckPolicy,
  connect,
  DeliverPolicy,
  nanos,
  StringCodec,
  type JetStreamManager,
  type NatsConnection,
  type StreamUpdateConfig,
} from "nats";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { subjectsOf } from "@fleetbus/core";
import { adapterConsumer, connectBus, streamShapes, type JetStreamBus } from "@fleetbus/core/bus";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

let server: NatsServer;
let bus: JetStreamBus;
let other: NatsConnection;
let jsm: JetStreamManager;

beforeEach(async () => {
  server = await startNatsServer();
  bus = await connectBus({ servers: server.url, ns: "main", name: "layout", mode: "daemon" });
  other = await connect({ servers: server.url });
  jsm = await other.jetstreamManager();
});

afterEach(async () => {
  await bus.close();
  await other.close();
  await server.stop();
});

const configOf = async (stream: string) => (await jsm.streams.info(stream)).config;

describe("the layout", () => {
  test("is made once: a second run changes nothing", async () => {
    const made = await bus.ensureLayout();
    expect(made.map(({ did }) => did)).toEqual(Array.from({ length: 15 }, () => "created"));
    expect(await bus.ensureLayout()).toEqual([]);
    const names = await jsm.streams.names().next();
    expect(names.toSorted()).toEqual(made.map(({ stream }) => stream).toSorted());
  });

  test("is made by two at once without a conflict", async () => {
    const second = await connectBus({ servers: server.url, ns: "main", name: "second", mode: "daemon" });
    const both = await Promise.all([bus.ensureLayout(), second.ensureLayout()]);
    expect(both.flat().every(({ did }) => did === "created")).toBe(true);
    expect(await second.ensureLayout()).toEqual([]);
    await second.close();
  });

  test("gives the streams that sessions publish to no powers, and every stream an end", async () => {
    await bus.ensureLayout();
    for (const { name } of streamShapes("main")) {
      const config = await configOf(`MAIN_${name}`);
      expect(config).toMatchObject({ retention: "limits", storage: "file", sealed: false });
      expect(config.max_bytes).toBeGreaterThan(0);
      const powers = Object.entries(config).filter(
        ([key, value]) => /rollup|schedules|marker/.test(key) && value,
      );
      expect(powers.map(([key]) => key)).toEqual(
        name === "LATER" ? ["allow_rollup_hdrs", "allow_msg_schedules"] : [],
      );
    }
    expect(await configOf("MAIN_INBOX")).toMatchObject({
      subjects: ["fleet.main.inbox.*.*.*.*", "fleet.main.cast.*.*.*"],
      allow_msg_ttl: true,
      discard: "new",
      discard_new_per_subject: true,
      max_msgs_per_subject: 10_000,
      duplicate_window: nanos(3_600_000),
      max_age: nanos(14 * 24 * 3_600_000),
    });
    expect(await configOf("MAIN_AUDIT")).toMatchObject({ deny_delete: true, deny_purge: true });
  });

  test("is brought back where it differs, with what is stored and what is the operator's untouched", async () => {
    await bus.ensureLayout();
    const data = new TextEncoder().encode("kept");
    await bus.publish({ subject: "fleet.main.event.lab.web.turn.stopped", headers: {}, data, dedupeId: "a" });
    await jsm.streams.update("MAIN_EVENTS", { max_age: nanos(7_200_000), max_msg_size: 500_000 });
    expect(await bus.ensureLayout()).toEqual([
      { stream: "MAIN_EVENTS", did: "updated", fields: ["max_age"] },
    ]);
    const config = await configOf("MAIN_EVENTS");
    expect([config.max_age, config.max_msg_size]).toEqual([nanos(7 * 24 * 3_600_000), 500_000]);
    expect((await bus.get("EVENTS", 1))?.data).toEqual(data);
  });

  test.each([
    ["rollups are on", { allow_rollup_hdrs: true }, "allow_rollup_hdrs"],
    ["schedules are on", { allow_msg_schedules: true }, "allow_msg_schedules"],
    ["delete markers are on", { subject_delete_marker_ttl: nanos(60_000) }, "subject_delete_marker_ttl"],
  ])("refuses a plain stream on which %s, and touches nothing", async (_name, change, field) => {
    await bus.ensureLayout();
    await jsm.streams.update("MAIN_EVENTS", change as Partial<StreamUpdateConfig>);
    await jsm.streams.update("MAIN_WAKES", { max_age: nanos(7_200_000) });
    await expect(bus.ensureLayout()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(field),
    });
    expect((await configOf("MAIN_WAKES")).max_age).toBe(nanos(7_200_000));
  });

  test("of a newer fleet is refused by its version", async () => {
    await bus.ensureLayout();
    await jsm.streams.update("MAIN_DEAD", { metadata: { "fleet-layout": "99", "fleet-ns": "main" } });
    await expect(bus.ensureLayout()).rejects.toMatchObject({
      code: "version",
      message: expect.stringContaining("99"),
    });
  });

  test("does not take over a stranger's stream of the same name, nor its subjects", async () => {
    await jsm.streams.add({ name: "MAIN_EVENTS", subjects: ["theirs.>"] });
    await expect(bus.ensureLayout()).rejects.toMatchObject({ code: "conflict" });
    expect((await configOf("MAIN_EVENTS")).subjects).toEqual(["theirs.>"]);
    await jsm.streams.delete("MAIN_EVENTS");
    await jsm.streams.add({ name: "theirs", subjects: ["fleet.main.inbox.>"] });
    await expect(bus.ensureLayout()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/MAIN_INBOX.*overlap/),
    });
  });

  test("of two namespaces lies on one server, each with its own", async () => {
    const second = await connectBus({ servers: server.url, ns: "test", name: "second", mode: "daemon" });
    await bus.ensureLayout();
    await second.ensureLayout();
    const note = { headers: {}, data: new Uint8Array(), dedupeId: "a" };
    await second.publish({ ...note, subject: "fleet.test.inbox.lab.web.lab.api" });
    expect((await second.streams()).map(({ messages }) => messages)).toEqual([0, 1, 0, 0, 0, 0, 0]);
    expect((await bus.streams()).map(({ messages }) => messages)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    await second.close();
  });

  test("guards an inbox against a flood, one sender's lane at a time", async () => {
    await bus.ensureLayout();
    const send = (from: string, id: string) =>
      bus.publish({
        subject: `fleet.main.inbox.lab.web.lab.${from}`,
        headers: {},
        data: new Uint8Array(),
        dedupeId: id,
      });
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => send("api", `${round}-${index}`)));
    }
    await expect(send("api", "one-more")).rejects.toMatchObject({ code: "refused" });
    await expect(send("other", "another")).resolves.toMatchObject({ seq: 10_001 });
  });

  test("has buckets that another client's key-value API reads and writes", async () => {
    await bus.ensureLayout();
    const text = StringCodec();
    const theirs = await other.jetstream().views.kv("MAIN_sessions", { bindOnly: true });
    const ours = await bus.bucket("sessions");
    const revision = await ours.put("lab.web", text.encode("ours"));
    expect((await theirs.get("lab.web"))?.revision).toBe(revision);
    expect((await theirs.get("lab.web"))?.string()).toBe("ours");
    await theirs.put("lab.api", text.encode("theirs"));
    await theirs.delete("lab.web");
    expect(await ours.get("lab.web")).toBeUndefined();
    expect((await ours.entries()).map(({ key, value }) => [key, text.decode(value)])).toEqual([
      ["lab.api", "theirs"],
    ]);
    await ours.remove("lab.api");
    expect((await theirs.get("lab.api"))?.operation).toBe("PURGE");
    await ours.put("lab.web", text.encode("again"), { revision: 0 });
    expect((await theirs.get("lab.web"))?.string()).toBe("again");
  });
});

test("a consumer that an older fleet made with a back-off waits by its shape from now on", async () => {
  await bus.ensureLayout();
  const shape = adapterConsumer("WAKES", "adapter=tmux", [subjectsOf("main").wake({}, "tmux")]);
  const consumer = shape.name;
  await jsm.consumers.add("MAIN_WAKES", {
    ...{ durable_name: consumer, ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.New },
    ...{ filter_subjects: [...shape.subjects], max_deliver: 10, backoff: [nanos(1000), nanos(2000)] },
  });
  expect((await jsm.consumers.info("MAIN_WAKES", consumer)).config.ack_wait).toBe(nanos(1000));
  await bus.consumer(shape);
  const { config } = await jsm.consumers.info("MAIN_WAKES", consumer);
  expect(config).toMatchObject({ ack_wait: nanos(shape.ackWaitMs) });
  expect(config.backoff).toBeUndefined();
});
