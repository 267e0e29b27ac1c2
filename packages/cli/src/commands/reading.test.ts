import { adapterTestSchema, pauseSchema } from "@fleetbus/core/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type StandIn } from "./../stand-in.test.support.ts";
import { status, letter, stream, adapter, startReading } from "./reading.test.support.ts";

let daemon: StandIn;

beforeEach(async () => void (daemon = await startReading()));
afterEach(() => daemon.close());

/** A list's answer as the command passes it on. */
async function json(argv: readonly string[]): Promise<unknown> {
  const ran = await daemon.fleet([...argv, "--json"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(ran.stdout);
}

describe("every reading command", () => {
  test.each([
    [["ls"], { items: [{ name: "web" }, { name: "api" }] }],
    [["session"], { items: [{ name: "web" }, { name: "api" }] }],
    [["sessions", "list"], { items: [{ name: "web" }, { name: "api" }] }],
    [["session", "show", "lab/web"], { name: "web", state: "busy" }],
    [["whoami"], { session: "web", attestedBy: "process tree" }],
    [["stream"], { items: [stream] }],
    [["consumer"], { items: [{ name: "lab=web" }, { name: "hub=web" }, { name: "lab=api" }] }],
    [["consumer", "show", "api"], { name: "lab=api" }],
    [["dead"], { items: [letter] }],
    [["dead", "show", "17"], letter],
    [["adapter"], { items: [adapter] }],
    [["status"], status],
    [["version"], { fleet: "0.1.0", daemon: "0.1.0", server: "2.15.1" }],
    [[], { status, sessions: [{ name: "web" }, { name: "api" }], dead: [letter] }],
  ])("fleet %j prints JSON of a stable shape", async (argv, shape) => {
    expect(await json(argv)).toMatchObject(shape);
  });

  test.each([
    [["ls"], "sessions", "no sessions"],
    [["dead"], "dead", "no dead letters"],
    [["adapter"], "adapters", "no adapters"],
    [["stream"], "streams", "no streams"],
    [["consumer"], "consumers", "no consumers"],
  ])("fleet %j of nothing prints no data", async (argv, route, said) => {
    daemon.on(`GET /v1/${route}`, { items: [] });
    expect(await daemon.fleet(argv)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining(said),
    });
    expect(await json(argv)).toEqual({ items: [] });
  });
});

describe("steering", () => {
  test.each([
    [["pause"], undefined, "fleet  paused\n"],
    [["pause", "web"], "web", "web  paused\n"],
    [["resume", "web"], "web", "web  resumed\n"],
  ])("%j", async (argv, target, stdout) => {
    expect((await daemon.fleet(argv)).stdout).toBe(stdout);
    expect(pauseSchema.parse(daemon.asked[0]?.body).target).toBe(target);
  });

  test("an adapter is tested, for show or for real", async () => {
    const notice = {
      id: "e1",
      title: "lab/me wants attention",
      text: "soon",
      priority: "normal",
      attachments: [],
    };
    daemon.on("POST /v1/adapters/test", { notices: [notice], receipt: { providerId: "p-1" } });
    expect((await daemon.fleet(["adapter", "test", "phone"])).stdout).toBe(
      "phone  sent, known there as p-1\n",
    );
    daemon.on("POST /v1/adapters/test", { notices: [notice] });
    expect((await daemon.fleet(["adapter", "test", "phone", "--dry-run"])).stdout).toBe(
      "lab/me wants attention  (normal)\nsoon\n\n",
    );
    expect(daemon.asked.map((asked) => adapterTestSchema.parse(asked.body).dryRun)).toEqual([false, true]);
  });
});

describe("the overview", () => {
  test("says in a line what is up, then the sessions", async () => {
    daemon.on("GET /v1/status", {
      ...status,
      isPaused: true,
      spool: { pending: 3, bytes: 9, torn: 0 },
      server: { ...status.server, isConnected: false },
    });
    const [head, , titles] = (await daemon.fleet([])).stdout.split("\n");
    expect(head).toBe(
      "lab (main) · server nats://127.0.0.1:4222 is away · wakes are paused · 2 sessions · 2 messages waiting · 3 in the spool · 1 dead letter (fleet dead)",
    );
    expect(titles).toMatch(/^SESSION/);
  });
});
