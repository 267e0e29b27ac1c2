import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { bareNotice, type Adapter, type Notice, type SourceDelivery } from "@fleetbus/core";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { context, desktop, eventOf } from "../../support/desktop/adapter.ts";
import { startDesktop, type Desktop } from "../../support/desktop/desktop.ts";
import { whyNoDesktop } from "../../support/desktop/programs.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { publishEvent } from "./publish.ts";
import { until, useConfig } from "./watching.ts";

const reason = await whyNoDesktop();
if (reason !== undefined) process.stderr.write(`choices on a real desktop: not run: ${reason}\n`);
const inboxSchema = z.object({ items: z.array(z.looseObject({ body: z.string(), origin: z.string() })) });
const entry = [
  ...['[[adapter]]\nname = "toast"', 'type = "desktop"', 'platform = "linux"', 'on = ["turn.failed"]'],
  'dedupe = "1ms"',
  ...['bus = "env:DBUS_SESSION_BUS_ADDRESS"', "[adapter.replies]", 'choices = ["go on", "stop"]', ""],
].join("\n");

describe.skipIf(reason !== undefined)("a toast with choices", () => {
  let far: Desktop;
  let opened: ReturnType<Adapter["open"]>;
  let picked: AsyncIterator<SourceDelivery, void>;
  const over = new AbortController();
  beforeEach(async () => {
    far = await startDesktop();
    const lent = context();
    opened = desktop.open(desktop.spec.config.parse({ platform: "linux", bus: far.bus }), lent);
    await opened.sink!.connect(AbortSignal.timeout(5000));
    await opened.source!.connect(AbortSignal.timeout(5000));
    picked = opened.source!.receive(over.signal)[Symbol.asyncIterator]();
  });
  const heard = async () => {
    const next = await picked.next();
    if (next.done === true) throw new Error("the source has ended");
    return next.value;
  };
  afterEach(async () => {
    await opened.sink!.close();
    await opened.source!.close();
    await far.close();
  });
  const choices = [
    { label: "go on", token: "aaaaa-bbbbb" },
    { label: "stop = <now>", token: "ccccc-ddddd" },
  ];
  const reply = () => ({ token: "", choices, expiresAt: new Date(Date.now() + 60_000).toISOString() });
  const show = (key: string, change: Partial<Notice> = {}) =>
    opened.sink!.send(eventOf(1), AbortSignal.timeout(10_000), bareNotice(eventOf(1), { key, ...change }));
  /** Once dunst has shown it with its buttons, which is the second time that it shows it. */
  const shownTimes = (count: number) =>
    eventually(
      async () => {
        await far.displayed();
        return far.shown().length >= count || undefined;
      },
      () => `${count} toasts, got ${JSON.stringify(far.shown())}`,
    );

  test("that come back when they are picked, once, and no token stands in a command line", async () => {
    await show("a", { reply: reply() });
    await shownTimes(2);
    expect(await far.displayed()).toBe(1);
    const lines = (await far.waiting()).join();
    expect(lines).toContain("--action=choice-1=stop = <now>");
    expect(lines).not.toMatch(/aaaaa|ccccc/);
    const next = heard();
    await far.pick("stop");
    const delivery = await next;
    expect(delivery).toMatchObject({
      said: { type: "choice", token: "ccccc-ddddd" },
      id: expect.any(String),
    });
    await delivery.ack({ line: "→ lab/web: stored" });
    expect([await far.waiting(), await far.displayed()]).toEqual([[], 0]);
  });

  test("nothing of a toast that is closed, nor of one that was replaced; its program ends", async () => {
    await show("a", { reply: reply() });
    await show("b", { reply: reply() });
    await shownTimes(4);
    await far.dismissAll();
    await eventually(
      async () => ((await far.waiting()).length === 0 ? true : undefined),
      () => "the programs to end",
    );
    await show("a", { reply: reply() });
    await shownTimes(6);
    await show("a", { isResolved: true });
    expect(await far.waiting()).toEqual([]);
    expect(await far.displayed()).toBe(1);
    await far.dismissAll();
    const next = heard();
    await show("c", { reply: reply() });
    await shownTimes(9);
    await far.pick("go on");
    expect(await next).toMatchObject({ said: { type: "choice", token: "aaaaa-bbbbb" } });
  });

  test("a few of which are waited for, and none after the end", async () => {
    for (let n = 0; n < 12; n += 1) await show(`k${n}`, { reply: reply() });
    await eventually(
      async () => ((await far.waiting()).length === 8 ? true : undefined),
      () => "8 programs",
    );
    await opened.sink!.close();
    expect(await far.waiting()).toEqual([]);
  });

  test("of a question that the host asks back", async () => {
    await show("a", { reply: reply() });
    await shownTimes(2);
    const next = heard();
    await far.pick("go on");
    const delivery = await next;
    const ask = [{ label: "Send", token: "eeeee-fffff" }];
    await delivery.ack({ line: 'to lab/web: "go on"?', choices: ask });
    await shownTimes(4);
    expect(far.shown().at(-1)?.body).toContain("to lab/web");
    const sent = heard();
    await far.pick("Send");
    expect(await sent).toMatchObject({ said: { type: "choice", token: "eeeee-fffff" } });
  });
});

describe.skipIf(reason !== undefined)("a toast about a session, with choices", () => {
  let far: Desktop;
  let fleet: Fleet;
  let connection: NatsConnection;
  let puppet: Puppet;
  beforeAll(async () => {
    far = await startDesktop();
    fleet = await startFleet({ env: { DBUS_SESSION_BUS_ADDRESS: far.bus } });
    connection = await connectAsChecker(await fleet.hub());
    await useConfig(fleet, entry, ["toast"]);
    puppet = await startPuppet({ name: "web", home: fleet.home, client: fleet.client });
  });
  afterAll(async () => {
    await puppet?.kill();
    await connection?.close();
    await fleet?.close();
    await far?.close();
  });

  const inbox = async () => {
    const { stdout } = await fleetCommand(fleet, ["inbox", "--session", "web", "--all", "--json"]);
    return inboxSchema.parse(JSON.parse(stdout)).items.map(({ body, origin }) => [body, origin]);
  };
  const failure = async (id: string) => {
    const from = { machine: "lab", session: "web" };
    await publishEvent(connection, { id, kind: "turn.failed", from, data: { cli: "demo", error: id } });
    await until("the choices to be there", async () => (await far.waiting()).length === 1);
    await until(
      "the toast to be shown with them",
      () => far.shown().filter(({ body }) => body.includes(id)).length === 2,
    );
  };

  test("[want 33] takes what is picked into that session, once, as me from outside; its program is gone", async () => {
    await failure("01ke0000000000000000000001");
    await far.pick("go on");
    await until("the answer", async () => (await inbox()).length > 0);
    expect(await inbox()).toEqual([["go on", "external"]]);
    expect(await far.waiting()).toEqual([]);
  });

  test("is not waited for any more when the daemon ends, kill -9 included; the next one's toasts are answered", async () => {
    await failure("01ke0000000000000000000002");
    await fleet.daemon.kill("SIGKILL");
    await until("the program to be gone", async () => (await far.waiting()).length === 0);
    await fleet.daemon.start();
    await far.dismissAll();
    await failure("01ke0000000000000000000003");
    await far.pick("stop");
    await until("the answer", async () => (await inbox()).some(([body]) => body === "stop"));
  });
});
