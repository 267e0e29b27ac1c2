import { request } from "node:http";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../support/demo-model.ts";
import { fleetCommand } from "../support/fleet/command.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { eventually } from "../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;

const ownCaller = { pid: process.pid, ancestors: [], hasTty: false };
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const isSpooled = async (name: string) => {
  const listed = JSON.stringify((await fleet.api("GET", "/v1/sessions")).json);
  return listed.includes(`"${name}"`) ? true : undefined;
};

beforeAll(async () => {
  fleet = await startFleet();
  model = await startDemoModel();
  await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.untilState("web", ["idle"]);
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

/** Posts bytes as a hook does, over the socket. */
function post(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: fleet.paths.socketFile, method: "POST", path, headers }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
    });
    // The answer may come, and the request be over, before all of a large body was sent.
    sent.once("socket", (socket) => socket.on("error", () => undefined));
    sent.on("error", reject); // once more where the answer came before all was sent
    sent.end(body);
  });
}

describe("a request that is not as it should be", () => {
  it.each([
    { what: "a timeout that is no number", path: "/v1/messages/abc/receipts?until=done&timeoutMs=soon" },
    { what: "a timeout in the past", path: "/v1/messages/abc/receipts?until=done&timeoutMs=-1" },
    { what: "a dead letter that is no number", path: "/v1/dead/abc" },
    { what: "a wildcard for a session", path: "/v1/events?session=%3E" },
    { what: "a kind with a blank in it", path: "/v1/events?kind=turn%20stopped" },
  ])("$what is a usage error", async ({ path }) => {
    const answer = await fleet.api("GET", path);
    expect(answer.json).toMatchObject({ error: { code: "usage" } });
    expect(answer.status).toBe(400);
  });

  it("an id that nothing is known of is followed until the time is over, and ends quietly", async () => {
    const path = "/v1/messages/nothing-like-it/receipts?until=done&timeoutMs=300";
    const startedAt = performance.now();
    expect(await fleet.api("GET", path)).toMatchObject({ status: 200, text: "" });
    expect(performance.now() - startedAt).toBeGreaterThan(250);
  });

  it.each(["../../etc/passwd", "..%2f..%2fetc%2fpasswd", ".*", "*", ">", "(a+)+$", "%00"])(
    "the id %s finds nothing and breaks nothing",
    async (id) => {
      const answer = await fleet.api("GET", `/v1/messages/${encodeURIComponent(id)}/trace`);
      expect(answer.status).toBe(404);
    },
  );

  it("a body of many megabytes is refused before it is read", async () => {
    const status = await post("/v1/messages", Buffer.alloc(64 * 1024 * 1024, 0x20), {
      "content-type": "application/json",
    }).catch(() => 0);
    expect([0, 413]).toContain(status);
  });
});

describe("a hook that is not as it should be", () => {
  it.each([
    { what: "an unknown CLI", path: "/v1/hook/nobody/Stop", body: "{}" },
    { what: "an unknown event", path: "/v1/hook/claude/Explode", body: "{}" },
    { what: "no JSON", path: "/v1/hook/claude/Stop", body: "\u0000{{{" },
    { what: "no session", path: "/v1/hook/claude/Stop", body: "[]" },
  ])("$what gets an empty answer", async ({ path, body }) => {
    expect(await post(path, body)).toBe(204);
  });

  it("of a whole tool result is taken in, and its event reaches the stream", async () => {
    const payload = JSON.stringify({
      session_id: "big-1",
      tool_name: "Bash",
      cwd: "/tmp/big",
      error: "x".repeat(3_000_000),
    });
    expect(await post("/v1/hook/claude/PostToolUseFailure", payload)).toBe(204);
    await eventually(
      async () =>
        (await fleet.api("GET", "/v1/events?kind=tool.failed")).text.includes("big-1") ? true : undefined,
      () => "the event of a big tool result",
    );
  });

  it("does not open a metric of its own for each name that somebody makes up", async () => {
    const name = (n: number) => `Made${"abcdefghij"[Math.floor(n / 10)]}${"abcdefghij"[n % 10]}Up`;
    for (let n = 0; n < 100; n += 1) await post(`/v1/hook/claude/${name(n)}`, '{"session_id":"m"}');
    for (let n = 0; n < 5; n += 1) await post(`/v1/hook/claude/no-path-${n}`, "{}");
    const { text } = await fleet.api("GET", "/metrics");
    expect(text).not.toContain("no-path");
    expect(text.match(/duration_seconds_count{event="Made/g)?.length).toBeLessThan(64);
    expect(text).toContain('count{event="other"}');
  });

  it("bears a name with escapes in it, which reach neither the record nor the list", async () => {
    await post(
      "/v1/hook/claude/SessionStart",
      JSON.stringify({ session_id: "esc-1", cwd: "/tmp/e\u001b]0;own\u0007ed", source: "startup" }),
      {
        "x-fleet-session": "ev\u009b31mil",
      },
    );
    const listed = await fleet.api("GET", "/v1/sessions");
    const items = z
      .object({
        items: z.array(
          z.looseObject({ name: z.string(), display: z.string(), cliSession: z.string().optional() }),
        ),
      })
      .parse(listed.json).items;
    const found = items.find((item) => item.cliSession === "esc-1");
    expect(found?.display).toMatch(/^ev.?il$/);
    expect(found?.display).not.toMatch(/[\u0080-\u009f]/);
    for (const argv of [
      ["session", "list"],
      ["session", "show", found?.name ?? ""],
    ]) {
      const { code, stdout } = await run(...argv);
      expect([code, /[\u001b\u0007\u0080-\u009f]/.test(stdout)]).toEqual([0, false]);
    }
  });
});

describe("who somebody says to be", () => {
  it("a caller without a terminal is no human and may not send as somebody else", async () => {
    const caller = { ...ownCaller, pid: 1, hasTty: true };
    const who = await fleet.api("POST", "/v1/whoami", { caller });
    expect(who.json).toMatchObject({ session: "me", origin: "agent" });
    const sent = await fleet.api("POST", "/v1/messages", {
      caller,
      target: "web",
      body: "as you",
      from: "web",
    });
    expect(sent.json).toMatchObject({ error: { code: "refused" } });
  });
});

describe("ids of one's own", () => {
  it("can be waited for at once", async () => {
    for (let n = 0; n < 20; n += 1) {
      const id = `own-${n}`;
      const sent = await fleet.api("POST", "/v1/messages", {
        caller: ownCaller,
        target: "web",
        body: "x",
        kind: "note",
        id,
      });
      expect(sent.status).toBe(201);
      const receipts = await fleet.api("GET", `/v1/messages/${id}/receipts?until=stored`);
      expect(receipts.text).toContain('"stored"');
    }
  });
});

describe("the drop folder", () => {
  const now = () => `${Date.now()}000`;
  const file = (cli: string, session: string, id: string) => {
    const body = JSON.stringify({ session_id: session, cwd: `/tmp/${session}`, source: "startup" });
    return `POST /v1/hook/${cli}/SessionStart HTTP/1.1\nX-Fleet-Version: 1\nX-Fleet-Id: ${id}\nContent-Length: ${body.length}\n\n${body}\nEND\n`;
  };

  it("goes on behind what cannot be read, is no file, or nobody understands", async () => {
    const at = fleet.paths.dropDir;
    await mkdir(at, { recursive: true });
    await mkdir(join(at, "1000000000000001-1-1.req"));
    await writeFile(join(at, "1000000000000002-1-1.req"), file("nobody", "x", "1-2-3"));
    await writeFile(join(at, "1000000000000003-1-1.req"), "junk");
    await writeFile(join(at, `${now()}-1-1.req`), file("claude", "dropped-1", "1-2-4"));
    await eventually(
      () => isSpooled("dropped-1"),
      () => "the dropped session",
      20_000,
    );
    expect((await fleet.api("GET", "/healthz")).json).toEqual({ ok: true });
  });
});

describe("what lies on the disk", () => {
  it("is the user's alone, and the log holds no token", async () => {
    const { socketFile, endpointFile, logFile } = fleet.paths;
    for (const each of [socketFile, endpointFile, logFile]) expect((await stat(each)).mode & 0o077).toBe(0);
    const token = /token=(\S+)/.exec(await readFile(endpointFile, "utf8"))?.[1] ?? "none";
    expect(await readFile(logFile, "utf8")).not.toContain(token);
  });
});
