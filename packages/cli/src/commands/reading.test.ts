import { consumerSchema, deadSchema, pauseSchema, renameSchema, adapterTestSchema } from "@fleetbus/core/api";
import { fakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refuse, startStandIn, type StandIn } from "../stand-in.test.support.ts";

const time = "2026-01-01T00:00:00.000Z";
const web = {
  ...{
    machine: "lab",
    name: "web",
    display: "web",
    cli: "claude",
    cliVersion: "2.1.329",
    cwd: "/src/web",
    pid: 12,
  },
  ...{
    state: "busy",
    tool: "Bash",
    stateSince: time,
    startedAt: time,
    seenAt: time,
    hooked: true,
    wake: true,
  },
  ...{ idleGeneration: 1, lastEventId: "e1", inbox: 2, isPaused: false, lastText: "last\u001b[1m words" },
};
const bare = {
  ...web,
  name: "api",
  state: "idle",
  tool: undefined,
  hooked: false,
  inbox: 0,
  advice: "not hooked: start it again",
};
const status = {
  ...{
    version: "0.1.0",
    machine: "lab",
    ns: "main",
    pid: 9,
    startedAt: time,
    port: 4000,
    sessions: 2,
    dead: 1,
    isPaused: false,
  },
  server: { url: "nats://127.0.0.1:4222", isConnected: true, isManaged: true, version: "2.15.1" },
  spool: { pending: 0, bytes: 0, torn: 0 },
};
const consumer = {
  ...{
    stream: "MAIN_INBOX",
    name: "lab=web",
    subjects: ["fleet.main.inbox.lab.web.*.*"],
    role: "inbox",
    isPaused: false,
  },
  ...{ pending: 3, ackPending: 2, redelivered: 1, lastDelivered: 40, ackFloor: 37 },
};
const letter = {
  seq: 17,
  consumer: "lab=web",
  time,
  reason: "not JSON",
  subject: "fleet.main.inbox.lab.web.lab.x",
  preview: "{\u0007",
};
const stream = {
  name: "MAIN_INBOX",
  subjects: ["a.>"],
  messages: 5,
  bytes: 900,
  firstSeq: 1,
  lastSeq: 5,
  consumers: 2,
};
const adapter = {
  name: "phone",
  type: "ntfy",
  state: "failing",
  on: ["turn.failed"],
  sent: 4,
  failed: 1,
  lastError: "413",
};
const event = {
  id: "e1",
  kind: "turn.stopped",
  from: { machine: "lab", session: "web" },
  time,
  origin: "agent",
  data: { outcome: "done" },
};

let daemon: StandIn;

beforeEach(async () => {
  daemon = await startStandIn({
    "GET /v1/status": status,
    "GET /v1/sessions": { items: [web, bare] },
    "GET /v1/sessions/web": web,
    "GET /v1/sessions/lab/web": web,
    "POST /v1/sessions/rename": { ...web, name: "docs" },
    "POST /v1/whoami": { machine: "lab", session: "web", origin: "agent", attestedBy: "process tree" },
    "GET /v1/events": [event, { ...event, id: "e2" }],
    "GET /v1/streams": { items: [stream] },
    "GET /v1/consumers": {
      items: [consumer, { ...consumer, name: "hub=web" }, { ...consumer, name: "lab=api" }],
    },
    "POST /v1/consumers/pause": { items: [{ ...consumer, isPaused: true }] },
    "POST /v1/consumers/resume": { items: [consumer] },
    "POST /v1/consumers/reset": { items: [consumer] },
    "GET /v1/dead": { items: [letter] },
    "GET /v1/dead/17": letter,
    "POST /v1/dead/retry": letter,
    "POST /v1/dead/drop": letter,
    "POST /v1/pause": { ...status, isPaused: true },
    "POST /v1/resume": status,
    "GET /v1/adapters": { items: [adapter] },
    "POST /v1/adapters/test": { providerId: "p-1" },
  });
});
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

describe("sessions", () => {
  test("[row 17] [row 47] are listed with state, age, mail and what to do about those without hooks", async () => {
    const clock = fakeClock(Date.parse(time) + 125_000);
    const lines = (await daemon.fleet(["ls"], { clock })).stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^SESSION +CLI +STATE +SINCE +MAIL +FOLDER +NOTE$/);
    expect(lines[1]).toMatch(/^lab\/web +claude +busy \(Bash\) +2 m +2 +\/src\/web$/);
    expect(lines[2]).toMatch(/^lab\/api +claude +idle +2 m +\/src\/web +not hooked: start it again$/);
  });

  test("one is shown in full, its last text made safe", async () => {
    const { stdout } = await daemon.fleet(["session", "show", "web"]);
    expect(stdout).toMatch(/^session +lab\/web\n/);
    expect(stdout).toMatch(/\nfolder +\/src\/web\n/);
    expect(stdout).toMatch(/\n\nlast words\n$/);
  });

  test("an unknown one is exit 3 with those there are", async () => {
    daemon.on(
      "GET /v1/sessions/wbe",
      refuse({
        status: 404,
        code: "not_found",
        message: "there is none",
        details: { candidates: ["lab/web"] },
      }),
    );
    expect(await daemon.fleet(["session", "show", "wbe"])).toEqual({
      code: 3,
      stdout: "",
      stderr: "fleet: there is none\n  lab/web\n",
    });
  });

  test("one is renamed", async () => {
    expect((await daemon.fleet(["session", "rename", "web", "docs"])).stdout).toBe("lab/docs\n");
    expect(renameSchema.parse(daemon.asked[0]?.body)).toMatchObject({ session: "web", name: "docs" });
  });

  test("[row 18] whoami says who, and why that is believed", async () => {
    expect((await daemon.fleet(["whoami"])).stdout).toBe("lab/web  agent  (process tree)\n");
  });

  test("going to one without a pane, or without a terminal, says why it cannot be", async () => {
    expect(await daemon.fleet(["session", "go", "web"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it has no pane"),
    });
    daemon.on("GET /v1/sessions/web", { ...web, pane: { mux: "tmux", socket: "/tmp/t", id: "%1" } });
    expect(await daemon.fleet(["session", "go", "web"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no terminal"),
    });
  });
});

describe("fleet events", () => {
  test("prints one line an event, or one JSON object a line", async () => {
    const { stdout } = await daemon.fleet(["events"]);
    expect(stdout).toBe(`${time}  lab/web  turn.stopped  done\n`.repeat(2));
    const lines = (await daemon.fleet(["events", "--json"])).stdout.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([event, { ...event, id: "e2" }]);
  });

  test("asks for a session, a kind, a time back, and to follow", async () => {
    const clock = fakeClock(Date.parse(time) + 3_600_000);
    await daemon.fleet(["events", "--session", "lab/web", "--kind", "turn.stopped", "--since", "1h", "-f"], {
      clock,
    });
    expect(daemon.asked[0]?.query).toEqual({
      session: "lab/web",
      kind: "turn.stopped",
      since: time,
      follow: "1",
    });
    await daemon.fleet(["events", "--since", "2026-02-03T04:05:06+01:00"]);
    expect(daemon.asked[1]?.query).toEqual({ since: "2026-02-03T03:05:06.000Z" });
    expect(await daemon.fleet(["events", "--since", "yesterday"])).toMatchObject({ code: 2 });
  });

  test("a follower ends with 130 at an interrupt, and with 7 when the daemon goes", async () => {
    const stop = new AbortController();
    daemon.on(
      "GET /v1/events",
      (_asked, response) => void response.write(`${JSON.stringify(event)}\n`, () => stop.abort()),
    );
    expect((await daemon.fleet(["events", "-f"], { signal: stop.signal })).code).toBe(130);
    daemon.on(
      "GET /v1/events",
      (_asked, response) => void response.write(`${JSON.stringify(event)}\n`, () => response.destroy()),
    );
    expect(await daemon.fleet(["events", "-f"])).toMatchObject({
      code: 7,
      stdout: expect.stringContaining("turn.stopped"),
    });
  });
});

describe("consumers", () => {
  test("are listed with the server's numbers", async () => {
    const lines = (await daemon.fleet(["consumer"])).stdout.split("\n");
    expect(lines[0]).toMatch(/^CONSUMER +ROLE +STREAM +PENDING +ACK-PENDING +REDELIVERED +LAST/);
    expect(lines[1]).toMatch(/^lab=web +inbox +MAIN_INBOX +3 +2 +1 +40$/);
  });

  test.each([
    ["lab=api", 0, "lab=api"],
    ["lab/api", 0, "lab=api"],
    ["api", 0, "lab=api"],
    ["web", 3, "2 match"],
    ["apo", 3, "did you mean api?"],
  ])("show %s ends with %i", async (name, code, said) => {
    const ran = await daemon.fleet(["consumer", "show", name]);
    expect(ran.code).toBe(code);
    expect(`${ran.stdout}${ran.stderr}`).toContain(said);
  });

  test.each([
    [["pause", "web", "--for", "1h"], "pause", { name: "web", forMs: 3_600_000 }],
    [["pause", "web"], "pause", { name: "web" }],
    [["resume", "web"], "resume", { name: "web" }],
    [["reset", "web"], "reset", { name: "web" }],
  ])("%j asks for it and shows what came of it", async (argv, route, expected) => {
    expect((await daemon.fleet(["consumer", ...argv])).stdout).toContain("lab=web");
    expect(daemon.asked[0]?.route).toBe(`POST /v1/consumers/${route}`);
    expect(consumerSchema.parse(daemon.asked[0]?.body)).toEqual(expected);
  });
});

describe("dead letters", () => {
  test("are listed with their reason, and shown made safe", async () => {
    expect((await daemon.fleet(["dead"])).stdout).toMatch(/17 +.*not JSON/);
    expect((await daemon.fleet(["dead", "show", "17"])).stdout).toMatch(/reason +not JSON\n\n\{\n$/);
  });

  test.each(["retry", "drop"])("%s takes several, one after the other", async (verb) => {
    expect((await daemon.fleet(["dead", verb, "17", "18"])).stdout.trim().split("\n")).toHaveLength(2);
    expect(daemon.asked.map((asked) => deadSchema.parse(asked.body).seq)).toEqual([17, 18]);
    expect(daemon.asked[0]?.route).toBe(`POST /v1/dead/${verb}`);
  });

  test("a number that is none is exit 2, one that is not there exit 3", async () => {
    expect((await daemon.fleet(["dead", "show", "x"])).code).toBe(2);
    expect((await daemon.fleet(["dead", "show", "99"])).code).toBe(3);
    expect((await daemon.fleet(["dead", "drop"])).code).toBe(2);
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
    expect((await daemon.fleet(["adapter", "test", "phone"])).stdout).toBe(
      "phone  sent, known there as p-1\n",
    );
    daemon.on("POST /v1/adapters/test", { skipped: "dry run" });
    expect((await daemon.fleet(["adapter", "test", "phone", "--dry-run"])).stdout).toBe("phone  dry run\n");
    expect(daemon.asked.map((asked) => adapterTestSchema.parse(asked.body).dryRun)).toEqual([false, true]);
  });
});

describe("the overview", () => {
  test("[row 19] says in a line what is up, then the sessions", async () => {
    daemon.on("GET /v1/status", {
      ...status,
      isPaused: true,
      spool: { pending: 3, bytes: 9, torn: 0 },
      server: { ...status.server, isConnected: false },
    });
    const [head, , titles] = (await daemon.fleet([])).stdout.split("\n");
    expect(head).toBe(
      "lab (main) · server nats://127.0.0.1:4222 is away · wakes are paused · 2 sessions · 2 messages waiting · 3 in the spool · 1 dead letters (fleet dead)",
    );
    expect(titles).toMatch(/^SESSION/);
  });
});
