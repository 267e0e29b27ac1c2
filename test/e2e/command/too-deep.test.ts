import { headers as newHeaders, type NatsConnection } from "nats";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { callApi } from "../../support/fleet/api.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { runHook } from "../../support/fleet/hook.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually } from "../../support/tmux.ts";

const levels = 200_000;
const nests = [
  ["arrays", `${"[".repeat(levels)}1${"]".repeat(levels)}`],
  ["objects", `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`],
] as const;
const [[, arrays], [, objects]] = nests;

let fleet: Fleet;
let connection: NatsConnection;
let web: Puppet;
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet();
  connection = await connectAsChecker(await fleet.hub());
  web = await startPuppet({ name: "web", home: fleet.home, client: fleet.client });
});
afterAll(async () => {
  await connection?.close();
  await web?.kill();
  await fleet?.close();
});

/** A tool call as its CLI tells of it, with an input nested that deep. */
const payloadWith = (tool: string, input: string) => {
  const { sessionId: session_id } = web;
  const base = { session_id, cwd: fleet.home, hook_event_name: "PreToolUse", tool_name: tool };
  return `${JSON.stringify(base).slice(0, -1)},"tool_input":{"command":"true","tree":${input}}}`;
};
const tell = (payload: string) =>
  runHook({ client: fleet.client, event: "PreToolUse", pid: web.pid, payload }).result;
const sessionSchema = z.object({ state: z.string(), tool: z.string().optional() });
const show = async () => sessionSchema.parse((await run("session", "show", "web", "--json")).json());

describe("a hook whose payload is nested 200,000 deep", () => {
  it.each(nests)("is taken in and answered at once: %s", async (kind, nest) => {
    await run("pub", "web", `token-${kind}`, "--note", "--now");
    const startedAt = performance.now();
    const { code, stdout, stderr } = await tell(payloadWith(`Deep-${kind}`, nest));
    process.stdout.write(`a hook's ${kind} took ${Math.round(performance.now() - startedAt)} ms\n`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`token-${kind}`);
    expect(await show()).toMatchObject({ state: "busy", tool: `Deep-${kind}` });
  });

  it("is taken in from the file that its client leaves while no daemon runs", async () => {
    await fleet.daemon.kill("SIGKILL");
    expect((await tell(payloadWith("FromFile", objects))).code).toBe(0);
    await fleet.daemon.start();
    await eventually(
      async () => ((await show()).tool === "FromFile" ? true : undefined),
      () => "the dropped hook to be taken in",
    );
  });
});

describe("a request that is nested 200,000 deep", () => {
  it.each([
    ["a message with it beside its body", "/v1/messages", `"target":"web","body":"x","more":${objects}`],
    ["a message whose body it is", "/v1/messages", `"target":"web","body":${arrays}`],
    ["an event of a run", "/v1/runs", `"id":"r1","kind":"run.started","data":{"deep":${arrays}}`],
  ])("is refused by name: %s", async (_, path, fields) => {
    const text = `{"caller":{"pid":${process.pid}},${fields}}`;
    const socket = fleet.paths.socketFile;
    const { status, json } = await callApi({ socket, method: "POST", path, text });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      error: { code: "usage", message: expect.stringContaining("nested deeper") },
    });
  });
});

describe("what a stranger publishes, nested 200,000 deep", () => {
  const attributes = { specversion: "1.0", id: "deep", source: "/fleet/main/lab/feed" };
  const publish = async (subject: string, contentType: string | undefined, more: object, text: string) => {
    const all = newHeaders();
    if (contentType !== undefined) all.set("content-type", contentType);
    for (const [name, value] of Object.entries(more)) all.set(name, String(value));
    await connection.jetstream().publish(subject, new TextEncoder().encode(text), { headers: all });
  };
  const deadSchema = z.object({ items: z.array(z.object({ subject: z.string(), reason: z.string() })) });
  const deadOf = async (subject: string) =>
    deadSchema
      .parse((await run("dead", "list", "--json")).json())
      .items.filter((each) => each.subject === subject);
  const binary = (type: string) => ({
    ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])),
    ...{ "ce-type": type, "ce-time": "2026-01-01T00:00:00Z", "ce-fleetorigin": "agent" },
  });
  const data = `{"to":{"machine":"lab","session":"web"},"type":"message","priority":"normal","mode":"turn","body":"x","deep":${arrays}}`;

  it("as a message, in either mode: it is dead, and what comes behind it is not held up", async () => {
    const subject = "fleet.main.inbox.lab.web.lab.feed";
    const type = "fleet.message.note";
    const structured = {
      ...attributes,
      id: "deep-2",
      type,
      time: "2026-01-01T00:00:00Z",
      fleetorigin: "agent",
    };
    const text = `${JSON.stringify(structured).slice(0, -1)},"data":${data}}`;
    await publish(subject, undefined, binary(type), data);
    await publish(subject, "application/cloudevents+json", {}, text);
    await run("pub", "web", "token-behind", "--note");
    expect(await web.prompt("what is there?")).toContain("token-behind");
    const letters = await eventually(
      async () => {
        const found = await deadOf(subject);
        return found.length === 2 ? found : undefined;
      },
      () => "two dead letters",
    );
    expect(letters.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("nested deeper"),
      expect.stringContaining("nested deeper"),
    ]);
    expect((await run("inbox", "--session", "web", "--all", "--json")).code).toBe(0);
  });

  it("as an event: every reader passes it over", async () => {
    const subject = "fleet.main.event.lab.feed.build.done";
    await publish(subject, undefined, binary("fleet.event.build.done"), `{"deep":${arrays}}`);
    const behind = { ...binary("fleet.event.build.done"), "ce-id": "behind" };
    await publish(subject, undefined, behind, '{"deep":1}');
    const listed = await run("events", "--session", "feed", "--json");
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout.trim().split("\n")).toHaveLength(1);
    expect((await fleet.api("GET", "/healthz")).status).toBe(200);
  });
});
