import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
const puppets: Puppet[] = [];
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

async function puppet(name: string): Promise<Puppet> {
  const { home, client } = fleet;
  const started = await startPuppet({ name, home, client });
  puppets.push(started);
  return started;
}

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  await Promise.all(puppets.map((each) => each.kill()));
  await fleet?.close();
});

const traceSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), reason: z.string().optional(), offers: z.int().optional() })),
});
const stagesOf = async (id: string) => traceSchema.parse((await run("trace", id, "--json")).json()).stages;
const deferralsOf = async (id: string) =>
  (await stagesOf(id)).flatMap(({ stage, reason }) => (stage === "deferred" ? [reason] : []));
const untilDeferred = (id: string, times = 1) =>
  eventually(
    async () => ((await deferralsOf(id)).length >= times ? deferralsOf(id) : undefined),
    () => `${id} to be told as deferred`,
    20_000,
  );

const isLost = (name: string) => `lab/${name} is lost: it waits for the next session of that name`;

describe("a message to a session of another machine that has gone", () => {
  it("is told as deferred at once, as one of this machine is", async () => {
    const { hub } = fleet;
    const connection = await connectAsChecker(await hub());
    try {
      const time = new Date().toISOString();
      const record = {
        ...{ machine: "den", name: "away", display: "away", cli: "demo", state: "ended", stateSince: time },
        ...{ end: { id: "e1", time, midTurn: false }, startedAt: time, seenAt: time, hooked: true },
        ...{ wake: true, idleGeneration: 1, lastEventId: "e1" },
      };
      const bucket = await connection.jetstream().views.kv("MAIN_sessions", { bindOnly: true });
      await bucket.put("den.away", JSON.stringify(record));
      const sent = await run("pub", "den/away", "token-away", "--id", "d8", "--json");
      const reason = "den/away has ended: it waits for the next session of that name";
      expect(sent.json()).toMatchObject({ to: ["den/away"], reason });
      expect(await untilDeferred("d8")).toEqual([reason]);
    } finally {
      await connection.close();
    }
  });
});

describe("mail that waits for a busy session which then goes", () => {
  it("is told as deferred, with why, to who waits for its end and in its trace", async () => {
    const web = await puppet("killed");
    await web.prompt("work");
    const waiting = run("pub", "killed", "token-one", "--id", "d1", "--wait", "done", "--timeout", "15s");
    await eventually(
      async () => ((await run("trace", "d1")).code === 0 ? true : undefined),
      () => "the message to be stored",
    );
    await web.kill();
    const { code, stderr } = await waiting;
    expect(stderr).toMatch(/^deferred {3}\+.*lab\/killed is lost: it waits for the next session/m);
    expect(stderr).toMatch(/it is deferred \(lab\/killed is lost: .*\) after 15\.0 s/);
    expect(code).toBe(5);
    expect(await deferralsOf("d1")).toEqual([isLost("killed")]);
  });

  it("is told once for each departure: not by the next daemon, but again when the next of that name goes", async () => {
    const first = await puppet("twice");
    await first.prompt("work");
    await run("pub", "twice", "token-two", "--id", "d2", "--note");
    await first.kill();
    await untilDeferred("d2");
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    const second = await puppet("twice");
    expect(await deferralsOf("d2")).toEqual([isLost("twice")]);
    await second.hook("SessionEnd", { reason: "prompt_input_exit" });
    expect(await untilDeferred("d2", 2)).toEqual([
      isLost("twice"),
      "lab/twice has ended: it waits for the next session of that name",
    ]);
  });

  it("is told by the next daemon where session and daemon were killed at once", async () => {
    const web = await puppet("with-daemon");
    await web.prompt("work");
    await run("pub", "with-daemon", "token-three", "--id", "d3");
    await Promise.all([fleet.daemon.kill("SIGKILL"), web.kill()]);
    await fleet.daemon.start();
    expect(await untilDeferred("d3")).toEqual([isLost("with-daemon")]);
  });

  it.each([
    ["before it went", async (web: Puppet) => web.kill(), true],
    ["to it when it had gone", async (web: Puppet) => web.hook("SessionEnd", { reason: "other" }), false],
  ])("can be recalled for as long as it waits: what was sent %s", async (when, leave, isBefore) => {
    const name = `recalled-${String(isBefore)}`;
    const id = `d-${name}`;
    const send = () => run("pub", name, `token-${name}`, "--id", id, "--note");
    const first = await puppet(name);
    await first.prompt("work");
    if (isBefore) await send();
    await leave(first);
    if (!isBefore) await send();
    await untilDeferred(id);
    expect(await run("cancel", id), when).toMatchObject({ code: 0 });
    expect((await stagesOf(id)).at(-1)?.stage).toBe("cancelled");
    const second = await puppet(name);
    expect(await second.prompt("go on")).not.toContain("token");
    expect((await stagesOf(id)).map(({ stage }) => stage)).not.toContain("offered");
  });

  it("is told as deferred also where the model saw it, and is offered to the next session once more", async () => {
    const first = await puppet("shown");
    await run("pub", "shown", "token-four", "--id", "d4", "--note");
    expect(await first.prompt("work")).toContain("token-four");
    await first.hook("PreToolUse", { tool_name: "Bash", tool_input: { command: "true" } });
    await eventually(
      async () => ((await stagesOf("d4")).some(({ stage }) => stage === "shown") ? true : undefined),
      () => "the message to be shown",
    );
    await first.kill();
    expect(await untilDeferred("d4")).toEqual([isLost("shown")]);
    expect((await stagesOf("d4")).map(({ stage }) => stage)).not.toContain("done");
    const second = await puppet("shown");
    await second.prompt("go on");
    await second.hook("Stop", { last_assistant_message: "done" });
    await eventually(
      async () => ((await stagesOf("d4")).at(-1)?.stage === "done" ? true : undefined),
      () => "the message to end",
    );
    expect((await stagesOf("d4")).flatMap(({ offers = 0 }) => offers)).toContain(2);
  });

  it("of a broadcast ends with the session: it was for who was there", async () => {
    const web = await puppet("hearer");
    await web.prompt("work");
    await run("pub", "all", "token-five", "--id", "d5", "--note");
    await web.kill();
    await eventually(
      async () =>
        (await stagesOf("d5")).some(
          ({ stage, reason = "" }) => stage === "expired" && reason.includes("lab/hearer is lost"),
        )
          ? true
          : undefined,
      () => "the broadcast to end for who has gone",
      20_000,
    );
  });

  it("is not told where the session goes on under another id (/clear)", async () => {
    const web = await puppet("cleared");
    await web.prompt("work");
    await run("pub", "cleared", "token-six", "--id", "d6", "--note");
    expect(await web.clear()).toContain("token-six");
    const other = await puppet("beside");
    await other.prompt("work");
    await run("pub", "beside", "token-seven", "--id", "d7", "--note");
    await other.kill();
    await untilDeferred("d7");
    expect(await deferralsOf("d6")).toEqual([]);
  });
});
