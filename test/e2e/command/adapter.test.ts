import { once } from "node:events";
import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let far: Server;
let at = "";
let status = 204;
const bodies: string[] = [];
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const configFile = () => fleet.paths.configFile;

beforeAll(async () => {
  far = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      bodies.push(body);
      response.writeHead(status).end(status === 204 ? undefined : "no such hook");
    });
  }).listen(0, "127.0.0.1");
  await once(far, "listening");
  at = `127.0.0.1:${z.object({ port: z.int() }).parse(far.address()).port}`;
  fleet = await startFleet();
});
afterAll(async () => {
  await fleet?.close();
  far?.close();
});

describe("fleet adapter", () => {
  it("add: a URL becomes a block in fleet.toml, and the running daemon takes it up", async () => {
    const dry = await run("adapter", "add", `json://${at}/hook`, "--name", "hook", "--dry-run");
    expect(dry).toMatchObject({ code: 0, stderr: "nothing was written\n" });
    const before = await readFile(configFile(), "utf8").catch(() => "");
    const added = await run("adapter", "add", `json://${at}/hook`, "--name", "hook", "--on", "turn.failed");
    expect(added.code).toBe(0);
    expect(added.stdout).toContain('type = "webhook"');
    expect(added.stdout).not.toContain(at); // a webhook's URL may be a secret
    expect((await run("adapter", "list")).stdout).toContain("hook");
    await appendFile(configFile(), `allow_private = ["${at}"]\n`);
    const written = await readFile(configFile(), "utf8");
    expect(written.startsWith(before)).toBe(true);
    expect((await stat(configFile())).mode & 0o777).toBe(0o600);
    const isThere = async () => ((await run("adapter", "test", "hook")).code === 0 ? true : undefined);
    await eventually(isThere, () => "the adapter", 30_000);
    expect(bodies.length).toBe(1);
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ type: "fleet.event.notification.raised" });
  });

  it.each([
    [["adapter", "add", "jsno://x/y"], 2, /json:\/\//],
    [["adapter", "add", "json://x/y", "--name", "hook"], 2, /another adapter/],
    [["adapter", "test", "hok"], 3, /hook/],
    [["adapter", "show", "hok"], 3, /hook/],
    [["adapter", "schema", "webhok"], 3, /did you mean webhook/],
    [["route", "explain"], 2, /--kind/],
    [["route", "explain", "01none"], 3, /01none/],
  ])("%j ends with %i and says the way out", async (argv, code, why) => {
    const before = await readFile(configFile(), "utf8");
    expect(await run(...argv)).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(why) });
    expect(await readFile(configFile(), "utf8")).toBe(before);
  });

  it("test --dry-run sends nothing, send says a text of one's own", async () => {
    const count = bodies.length;
    const dry = await run("adapter", "test", "hook", "--kind", "turn.failed", "--dry-run");
    expect(dry).toMatchObject({ code: 0, stderr: "hook: nothing was sent\n" });
    expect(dry.stdout).toContain("turn.failed");
    expect(bodies.length).toBe(count);
    await run("adapter", "send", "hook", "the", "build", "is", "green", "--title", "CI");
    expect(JSON.parse(bodies.at(-1) ?? "")).toMatchObject({
      data: { text: "the build is green", title: "CI" },
    });
  });

  it("what the far side refuses is the command's failure, in its words", async () => {
    status = 400;
    const refused = await run("adapter", "test", "hook");
    status = 204;
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("HTTP 400, no such hook");
  });

  it("pause holds what comes in, resume sends it, show tells what became of it", async () => {
    expect((await run("adapter", "pause", "hook", "--reason", "at lunch")).stdout).toContain("at lunch");
    const count = bodies.length;
    const event = await failTurn("web");
    const isHeld = async () => ((await view()).pending ?? 0) > 0 || undefined;
    await eventually(isHeld, () => "the held event", 30_000);
    expect(bodies.length).toBe(count);
    await run("adapter", "resume", "hook");
    await eventually(
      () => bodies.length > count || undefined,
      () => "the event",
      30_000,
    );
    expect(JSON.parse(bodies.at(-1) ?? "")).toMatchObject({ id: event, type: "fleet.event.turn.failed" });
    const isDone = async () => (await view()).last?.[0]?.state === "done" || undefined;
    await eventually(isDone, () => "its record", 30_000);
    expect((await view()).last?.[0]).toMatchObject({
      event,
      kind: "turn.failed",
      tries: 1,
      proves: "accepted",
    });
  });

  it("route explain names the rule that lets an event through or not", async () => {
    const taken = await run("route", "explain", "--kind", "turn.failed", "--json");
    expect(taken.json()).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ adapter: "hook", isMatch: true })]),
    });
    const left = await run("route", "explain", "--kind", "turn.stopped");
    expect(left.stdout).toMatch(/hook \(webhook\) (does not take it|only listens)/);
    expect((await run("route", "--json")).json()).toMatchObject({
      items: [{ name: "hook", type: "webhook" }],
    });
  });

  it("a config that is broken while it runs stays out of force, and fleet status says so", async () => {
    const good = await readFile(configFile(), "utf8");
    await appendFile(configFile(), "[[adapter]]\nname = 7\n");
    const isTold = async () => (await run("status")).stdout.includes("not in force") || undefined;
    await eventually(isTold, () => "the problem", 30_000);
    expect((await run("status")).stdout).toMatch(/config +not in force: .*adapter\[1\]\.name/);
    expect((await run("adapter", "test", "hook")).code).toBe(0);
    await writeFile(configFile(), good);
    const isOver = async () => !(await run("status")).stdout.includes("not in force") || undefined;
    await eventually(isOver, () => "the mended config", 30_000);
  });

  const viewSchema = z.looseObject({
    pending: z.int().optional(),
    last: z
      .array(z.looseObject({ event: z.string(), kind: z.string(), state: z.string(), tries: z.int() }))
      .optional(),
  });
  const view = async () => viewSchema.parse((await run("adapter", "show", "hook", "--json")).json());

  async function failTurn(name: string): Promise<string> {
    const agent = await startScriptedAgent(fleet, name);
    await agent.prompt("a task");
    await agent.hook("StopFailure", { error: "overloaded" });
    await agent.close();
    const found = await run("events", "--kind", "turn.failed", "--json");
    return z.object({ id: z.string() }).parse(JSON.parse(found.stdout.trim().split("\n").at(-1) ?? "")).id;
  }
});
