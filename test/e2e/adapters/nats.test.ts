import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { startNatsFar, type NatsFar } from "../../support/far/nats-far.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { publishEvent } from "./publish.ts";
import { deadOf, show, until, useConfig } from "./watching.ts";

let far: NatsFar;
let fleet: Fleet;
let connection: NatsConnection;
const agents: ScriptedAgent[] = [];

beforeAll(async () => {
  far = await startNatsFar({ hasStream: true });
  fleet = await startFleet({ config: forwarding() });
  connection = await connectAsChecker(await fleet.hub());
  await until("the forward to listen", async () => (await show(fleet, "ops")).state === "connected");
});

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  await connection?.close();
  await fleet?.close();
  await far?.close();
});

function forwarding(more: Readonly<Record<string, unknown>> = {}): string {
  const { host } = new URL(far.server.url);
  return adapterEntry({
    ...{ name: "ops", type: "nats", servers: [far.server.url], jetstream: true },
    ...{ on: ["turn.failed"], resolve: false, allow_private: [host], ...more },
  });
}

async function fail(name: string): Promise<void> {
  const agent = await startScriptedAgent(fleet, name);
  agents.push(agent);
  await agent.prompt("go on");
  await agent.hook("StopFailure", { error: "server_error", last_assistant_message: "so far" });
}

async function sources(): Promise<readonly string[]> {
  return (await far.heard()).map(({ headers }) => headers["ce-source"] ?? "");
}

describe("a forward to another NATS server", () => {
  test("has a failed turn there once, as a CloudEvent under its own id", async () => {
    await fail("web");
    await until("it to arrive", async () => (await sources()).length > 0);
    const [message] = await far.heard();
    expect(message?.subject).toBe("fleet-events.main.lab.web.turn.failed");
    expect(message?.headers).toMatchObject({ "ce-type": "fleet.event.turn.failed", "ce-fleethop": "1" });
    expect(message?.headers["Nats-Msg-Id"]).toBe(message?.headers["ce-id"]);
    expect(JSON.parse(message?.data ?? "")).toMatchObject({ cli: "demo", error: "server_error" });
    await until("its record", async () => (await show(fleet, "ops")).last[0]?.state === "done");
    expect((await show(fleet, "ops")).last).toMatchObject([
      { session: "lab/web", providerId: "FORWARDED:1" },
    ]);
    expect(await sources()).toEqual(["/fleet/main/lab/web"]);
  });

  test("has there what happened while that server was killed, after it is back", async () => {
    await far.server.kill("SIGKILL");
    await fail("api");
    await until("a try that fails", async () => (await show(fleet, "ops")).lastError !== undefined);
    await far.server.restart();
    const arrived = async () =>
      (await sources().catch((): readonly string[] => [])).includes("/fleet/main/lab/api");
    await until("it to arrive", arrived, 60_000);
    expect((await sources()).filter((source) => source.endsWith("/api"))).toHaveLength(1);
  });

  test("does not send on what came in by a forward, and says so", async () => {
    const id = "01ke0000000000000000000077";
    await publishEvent(connection, {
      ...{ id, kind: "turn.failed", from: { machine: "lab", session: "elsewhere" } },
      hop: 1,
      data: { cli: "claude", error: "boom" },
    });
    const record = async () => (await show(fleet, "ops")).last.find(({ event }) => event === id);
    await until("its record", async () => (await record()) !== undefined);
    expect(await record()).toMatchObject({ skipped: expect.stringMatching(/came in by a forward/) });
    expect((await far.heard()).map(({ headers }) => headers["ce-id"])).not.toContain(id);
  });

  test("calls no private address that the config does not allow", async () => {
    const config = forwarding({ allow_private: [] }).replaceAll('"ops"', '"closed"');
    await useConfig(fleet, config, []);
    await until("the refusal", async () => {
      const shown = await show(fleet, "closed").catch(() => undefined);
      return shown?.lastError?.includes("is no public address") === true;
    });
    expect((await show(fleet, "closed")).state).toBe("failing");
  });

  test("is refused where it would lead into the fleet's own account", async () => {
    const { url, creds } = await fleet.hub();
    const file = join(fleet.home, "hub.creds");
    await writeFile(file, creds, { mode: 0o600 });
    const keys = { servers: [url], creds: `file:${file}`, allow_private: [new URL(url).host] };
    await useConfig(fleet, forwarding(keys).replaceAll('"ops"', '"home"'), []);
    await until("the refusal", async () => {
      const shown = await show(fleet, "home").catch(() => undefined);
      return shown?.lastError?.includes("holds fleet main itself") === true;
    });
    expect(await deadOf(fleet, "home")).toEqual([]);
  });

  test("on fleet's own subjects is refused when the config is read", async () => {
    const dry = await fleetCommand(fleet, ["adapter", "add", "tls://nats.example.com/fleet.main.event.x"]);
    expect(dry.code).not.toBe(0);
    expect(dry.stderr).toContain("fleet is not yours to publish on");
  });
});
