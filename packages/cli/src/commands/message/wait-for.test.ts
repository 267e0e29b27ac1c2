import type { ServerResponse } from "node:http";
import { systemClock, type Clock } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startStandIn, type StandIn } from "../../stand-in.test.support.ts";

const stored = {
  id: "m1",
  thread: "m1",
  from: "lab/me",
  to: ["lab/web"],
  stage: "stored",
  isDuplicate: false,
};
const me = { machine: "lab", session: "me" };
const web = { machine: "lab", session: "web" };

/** A receipt `ms` after the message was stored. */
function receipt(stage: string, ms: number, more: object = {}) {
  return {
    id: "m1",
    from: me,
    to: web,
    stage,
    time: new Date(Date.UTC(2026, 0, 1) + ms).toISOString(),
    ...more,
  };
}

const toDone = [
  receipt("stored", 0),
  receipt("woken", 12, { rung: "tmux" }),
  receipt("shown", 840, { proof: "request" }),
  receipt("done", 4200, { outcome: "done", lastText: "42 tests pass" }),
];

let daemon: StandIn;

beforeEach(async () => {
  daemon = await startStandIn({ "POST /v1/messages": stored, "GET /v1/messages/m1/receipts": toDone });
});
afterEach(() => daemon.close());

describe("fleet pub --wait", () => {
  test("tells each stage with its time on stderr and the result on stdout", async () => {
    const ran = await daemon.fleet(["pub", "web", "run the tests", "--wait", "done"]);
    expect(ran).toEqual({
      code: 0,
      stdout: "m1  done  lab/web  woken by tmux, outcome done\n42 tests pass\n",
      stderr: [
        "stored     +0 ms  lab/web",
        "woken      +12 ms  lab/web  tmux",
        "shown      +840 ms  lab/web  proof: request",
        "done       +4.2 s  lab/web  done\n",
      ].join("\n"),
    });
    expect(daemon.asked[1]?.query).toMatchObject({ until: "done" });
  });

  test("prints everything as JSON: the answer, the result, every receipt", async () => {
    const ran = await daemon.fleet(["pub", "web", "b", "--wait", "done", "--json"]);
    expect(JSON.parse(ran.stdout)).toEqual({
      ...stored,
      ...{ stage: "done", rung: "tmux", outcome: "done", lastText: "42 tests pass", receipts: toDone },
    });
  });

  test("a later stage than the wanted one is enough: who was busy was never woken", async () => {
    daemon.on("GET /v1/messages/m1/receipts", [receipt("stored", 0), receipt("shown", 5)]);
    expect(await daemon.fleet(["pub", "web", "b", "--wait", "woken"])).toMatchObject({
      code: 0,
      stdout: "m1  shown  lab/web\n",
    });
  });

  test("still pending at the timeout: exit 5, with the stage it has and how to learn more", async () => {
    daemon.on("GET /v1/messages/m1/receipts", [receipt("stored", 0), receipt("offered", 5)]);
    const ran = await daemon.fleet(["pub", "web", "b", "--wait", "done", "--timeout", "50ms"]);
    expect(ran).toMatchObject({ code: 5, stdout: "" });
    expect(ran.stderr).toMatch(
      /waiting for done of message m1 to lab\/web: it is offered after 50 ms; fleet trace m1 tells more\n$/,
    );
  });

  test.each([
    ["refused", 6, /it is refused: storm guard/],
    ["expired", 1, /it is expired: storm guard/],
    ["cancelled", 1, /it is cancelled/],
    ["dead", 1, /it is dead/],
  ])("%s ends the wait with exit %i", async (stage, code, message) => {
    daemon.on("GET /v1/messages/m1/receipts", [
      receipt("stored", 0),
      receipt(stage, 5, { reason: "storm guard" }),
    ]);
    const ran = await daemon.fleet(["pub", "web", "b", "--wait", "done", "--json"]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(message);
    expect(JSON.parse(ran.stdout)).toMatchObject({ receipts: [{ stage: "stored" }, { stage }] });
  });

  test("a broadcast waits until everybody is there", async () => {
    const api = { machine: "lab", session: "api" };
    daemon.on("POST /v1/messages", { ...stored, to: ["lab/web", "lab/api"] });
    daemon.on("GET /v1/messages/m1/receipts", [
      receipt("stored", 0),
      receipt("shown", 5),
      receipt("shown", 9, { to: api }),
    ]);
    const ran = await daemon.fleet(["pub", "all", "b", "--wait", "shown"]);
    expect(ran).toMatchObject({ code: 0, stdout: "m1  shown  lab/web\nm1  shown  lab/api\n" });
    expect(daemon.asked[1]?.query).toMatchObject({ until: "none" });
  });

  test("goes on over a daemon that goes away in the middle, and tells no stage twice", async () => {
    const cut = (_asked: unknown, response: ServerResponse) => {
      response.write(`${JSON.stringify(toDone[0])}\n${JSON.stringify(toDone[1])}\n`, () =>
        response.destroy(),
      );
    };
    daemon.on("GET /v1/messages/m1/receipts", cut, toDone);
    const ran = await daemon.fleet(["pub", "web", "b", "--wait", "done"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr.match(/woken/g)).toHaveLength(1);
  });

  test("an interrupt ends it with 130 and says nothing more", async () => {
    const stop = new AbortController();
    daemon.on("GET /v1/messages/m1/receipts", (_asked, response) => {
      response.write(`${JSON.stringify(toDone[0])}\n`, () => stop.abort());
    });
    expect((await daemon.fleet(["pub", "web", "b", "--wait", "done"], { signal: stop.signal })).code).toBe(
      130,
    );
  });

  test("last texts and reasons cannot act on the terminal", async () => {
    daemon.on("GET /v1/messages/m1/receipts", [
      receipt("done", 5, { lastText: "a\u001b[31mb", reason: "c\u009b2Jd" }),
    ]);
    const ran = await daemon.fleet(["pub", "web", "b", "--wait", "done"]);
    expect(ran.stdout).toBe("m1  done  lab/web\nab\n");
    expect(ran.stderr).toContain("cd");
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/[\u001b\u009b]/);
  });
});

describe("fleet ask", () => {
  const replied = [
    receipt("stored", 0),
    receipt("done", 3),
    receipt("replied", 4, { reply: "m2", lastText: "the begin" }),
  ];

  beforeEach(() => {
    daemon.on("GET /v1/messages/m1/receipts", replied);
    daemon.on("GET /v1/messages/m2/trace", {
      stages: [],
      message: { id: "m2", body: "the beginning\nand the end" },
    });
  });

  test("[want 40] waits for the reply and prints all of it", async () => {
    const ran = await daemon.fleet(["ask", "web", "which", "port?"]);
    expect(ran).toMatchObject({ code: 0, stdout: "the beginning\nand the end\n" });
    expect(daemon.asked[0]?.body).toMatchObject({ kind: "question", body: "which port?" });
    expect(daemon.asked[1]?.query).toMatchObject({ until: "replied" });
  });

  test("prints the reply as JSON", async () => {
    expect(JSON.parse((await daemon.fleet(["ask", "web", "?", "--json"])).stdout)).toEqual({
      id: "m2",
      body: "the beginning\nand the end",
    });
  });

  /** A hundred times as fast. */
  const clock: Clock = {
    ...systemClock,
    monotonic: () => systemClock.monotonic() * 100,
    sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
  };
  const ended = [
    receipt("stored", 0),
    receipt("shown", 1),
    receipt("done", 3, { outcome: "done", lastText: "hm" }),
  ];

  test("a turn that ended without a reply is told a few seconds later, with its last words: exit 1", async () => {
    daemon.on("GET /v1/messages/m1/receipts", ended);
    const begin = clock.monotonic();
    const ran = await daemon.fleet(["ask", "web", "?", "--timeout", "10m"], { clock });
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("lab/web: the turn that read it ended without a reply; its last words: hm");
    // A timer may fire a little early; that the ten minutes were not waited out is what the exit code says.
    expect(clock.monotonic() - begin).toBeGreaterThan(4000);
  });

  test("a reply that comes a moment after the turn's end is printed", async () => {
    const late = [...ended, receipt("replied", 2000, { reply: "m2" })];
    daemon.on("GET /v1/messages/m1/receipts", ended, ended, late);
    const ran = await daemon.fleet(["ask", "web", "?"], { clock });
    expect(ran).toMatchObject({ code: 0, stdout: "the beginning\nand the end\n" });
  });

  test("an acknowledgement alone ends nothing: whoever read it may still answer", async () => {
    daemon.on("GET /v1/messages/m1/receipts", replied.slice(0, 2));
    const begin = clock.monotonic();
    const ran = await daemon.fleet(["ask", "me", "?", "--timeout", "30s"], { clock });
    expect(ran.code).toBe(5);
    expect(clock.monotonic() - begin).toBeGreaterThanOrEqual(29_000);
  });

  test.each([
    ["expired", 1],
    ["dead", 1],
    ["cancelled", 1],
    ["refused", 6],
  ])("a question that is %s ends at once with exit %i and the reason", async (stage, code) => {
    daemon.on("GET /v1/messages/m1/receipts", [receipt("stored", 0), receipt(stage, 5, { reason: "so" })]);
    const ran = await daemon.fleet(["ask", "web", "?"]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(`it is ${stage}: so`);
  });

  test("no reply in time is exit 5", async () => {
    daemon.on("GET /v1/messages/m1/receipts", replied.slice(0, 2));
    expect(await daemon.fleet(["ask", "web", "?", "--timeout", "30ms"])).toMatchObject({
      code: 5,
      stdout: "",
    });
  });
});
