import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { fencesIn } from "../support/checker/offers.ts";
import { connectAsChecker, readStored } from "../support/checker/stored.ts";
import { daemonProcess, StartFailure } from "../support/fleet/daemon.ts";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { eventually } from "../support/tmux.ts";
import { startScriptedAgent } from "../support/fleet/scripted-agent.ts";

let fleet: Fleet;

beforeEach(async () => {
  fleet = await startFleet();
});

afterEach(() => fleet.close());

const caller = { pid: process.pid, ancestors: [], hasTty: false };
const another = () => daemonProcess({ argv: [fleet.program], env: fleet.env });
const statusSchema = z.object({
  pid: z.number(),
  port: z.number(),
  server: z.object({ url: z.string(), pid: z.number() }),
});
const status = async () => statusSchema.parse((await fleet.api("GET", "/v1/status")).json);

/** Somebody else's program on a port. */
async function stranger(port: number): Promise<{ readonly server: Server; readonly greeted: string[] }> {
  const greeted: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined); // whoever asked goes away
    socket.on("data", (chunk) => greeted.push(chunk.toString()));
    socket.write("not a daemon\r\n");
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { server, greeted };
}

describe("a daemon's start", () => {
  test("is refused while another one runs, which goes on undisturbed", async () => {
    const before = await status();
    await expect(another().start()).rejects.toThrow(StartFailure);
    await expect(another().start()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`pid ${before.pid}`),
    });
    expect(await status()).toMatchObject({ pid: before.pid, port: before.port });
  });

  test("can be followed by its stop at once: both end in seconds, the server too", async () => {
    for (let round = 0; round < 4; round += 1) {
      await fleet.daemon.start();
      const startedAt = performance.now();
      await fleet.api("POST", "/v1/stop", { server: true });
      await eventually(
        () => (fleet.daemon.isRunning ? undefined : true),
        () => "the daemon to stop",
      );
      expect(performance.now() - startedAt).toBeLessThan(5000);
    }
  });

  test("of several at once after a kill -9 succeeds for exactly one, which adopts the server", async () => {
    const before = await status();
    await fleet.daemon.kill("SIGKILL");
    const others = [another(), another(), another()];
    const starts = await Promise.allSettled([fleet.daemon, ...others].map((daemon) => daemon.start()));
    const running = [fleet.daemon, ...others].filter((daemon) => daemon.isRunning);
    try {
      expect(starts.filter(({ status: outcome }) => outcome === "fulfilled")).toHaveLength(1);
      expect(running.map(({ pid }) => pid)).toEqual([(await status()).pid]);
      expect((await status()).server.pid).toBe(before.server.pid);
    } finally {
      await Promise.all(others.map((daemon) => daemon.kill("SIGKILL")));
    }
  });

  test("takes over a lock and a socket that a dead one left, also where its pid is another process's by now", async () => {
    await fleet.daemon.kill("SIGKILL");
    await writeFile(fleet.paths.lockFile, `${process.pid} 1\n`);
    await fleet.daemon.start();
    expect((await status()).pid).toBe(fleet.daemon.pid);
  });

  test("[case 45] takes other ports where strangers listen by now, and leaves those alone", async () => {
    const before = await status();
    await fleet.api("POST", "/v1/stop", { server: true });
    await eventually(
      () => (fleet.daemon.isRunning ? undefined : true),
      () => "the daemon to stop",
    );
    const serverPort = Number(new URL(before.server.url).port);
    const strangers = await Promise.all([stranger(before.port), stranger(serverPort)]);
    try {
      await fleet.daemon.start();
      const after = await status();
      expect([after.port, Number(new URL(after.server.url).port)]).not.toEqual(
        expect.arrayContaining([before.port]),
      );
      expect(Number(new URL(after.server.url).port)).not.toBe(serverPort);
      expect(strangers.every(({ server }) => server.listening)).toBe(true);
      // No credential of ours was said to one who is not ours.
      const endpoint = await readFile(fleet.paths.endpointFile, "utf8");
      const token = /token=(\S+)/.exec(endpoint)?.[1] ?? "?";
      expect(strangers.flatMap(({ greeted }) => greeted).join()).not.toContain(token);
    } finally {
      for (const { server } of strangers) server.close();
    }
  });
});

describe("a message's id", () => {
  const say = (body: string, target = "me") => {
    return fleet.api("POST", "/v1/messages", { caller, target, id: "once", body });
  };

  test("that comes again with the same body is the same message; with another it is a conflict, also after a kill -9 of both", async () => {
    expect(await say("one")).toMatchObject({ status: 201, json: { isDuplicate: false } });
    process.kill(await fleet.serverPid(), "SIGKILL");
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    expect(await say("one")).toMatchObject({ status: 201, json: { isDuplicate: true } });
    expect(await say("two")).toMatchObject({ status: 409, json: { error: { code: "conflict" } } });
  });
});

describe("a clock that is set back by an hour", () => {
  test("stops neither hooks nor messages, and events keep their order", async () => {
    await fleet.daemon.kill("SIGKILL");
    const env = { ...fleet.env, FLEET_TEST_CLOCK_SHIFT_MS: String(60 * 60 * 1000) };
    const ahead = daemonProcess({ argv: [fleet.program], env });
    await ahead.start();
    const agent = await startScriptedAgent(fleet, "clock");
    await agent.prompt("before");
    await fleet.untilState("clock", ["busy"]);
    await ahead.kill("SIGKILL");
    await fleet.daemon.start();
    expect(await agent.stop()).toBe("");
    await fleet.untilState("clock", ["idle"]);
    await fleet.api("POST", "/v1/messages", { caller, target: "clock", body: "tok-clock-1 do this" });
    expect(fencesIn(await agent.prompt(await agent.wait()))).toMatchObject([
      { token: "tok-clock-1", isMarked: false },
    ]);
    expect(await agent.stop()).toBe("");
    // Of a turn that was woken it is the last that is told.
    const untilAccounted = async () => {
      const kinds = await kindsOf("clock");
      return kinds.includes("turn.accounted") ? kinds : undefined;
    };
    expect(await eventually(untilAccounted, () => "the account of the wake")).toEqual([
      "session.started",
      "prompt.submitted",
      "turn.stopped",
      "prompt.submitted",
      "turn.stopped",
      "turn.accounted",
    ]);
    await agent.close();
  });
});

/** The kinds of a session's events by the order of their ids: what the fold goes by. */
async function kindsOf(session: string): Promise<readonly string[]> {
  const connection = await connectAsChecker(await fleet.hub());
  try {
    const stored = await readStored(connection, "MAIN_EVENTS");
    const own = stored.filter(({ subject }) => subject.startsWith(`fleet.main.event.lab.${session}.`));
    return own
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ subject }) => subject.split(".").slice(5).join("."));
  } finally {
    await connection.close();
  }
}
