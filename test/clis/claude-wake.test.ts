import { beforeAll, describe, expect, test } from "vitest";
import { modes } from "../support/claude-moves.ts";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import type { Rung } from "../support/claude-fleet/settings.ts";

const alone = [
  { rung: "rewake", without: ["socket", "tmux"], settings: {} },
  { rung: "socket", without: ["rewake", "tmux"], settings: { crossSessionInbound: "accept" } },
  { rung: "tmux", without: ["rewake", "socket"], settings: {} },
] as const satisfies readonly { rung: Rung; without: readonly Rung[]; settings: object }[];

describe.concurrent.each(alone)("with $rung as the only way to wake it, the real Claude Code", (how) => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open(how));

  test.each(modes)("is woken in %s: body and sender reach the model, each stage is told", async (mode) => {
    const worker = await fleet().start(mode.toLowerCase(), { permissionMode: mode });
    const body = `[[say the build is green in ${mode}]]`;
    const told = await fleet().tell(worker.name, body);
    const lastText = `the build is green in ${mode}`;
    expect(told).toMatchObject({ stage: "done", rung: how.rung, outcome: "done", lastText });
    const [asked] = fleet().model.holding(body);
    const seen = asked?.messages.map(({ text }) => text).join("\n");
    expect(seen).toContain(`message ${told.id}\nfrom: lab/me (agent)\nkind: request\n`);
    const { stages } = await fleet().json<{ stages: readonly { stage: string; time: string }[] }>(
      "trace",
      told.id,
    );
    expect(stages.map(({ stage }) => stage)).toEqual(["stored", "woken", "offered", "shown", "done"]);
    expect(stages[1]).toMatchObject({ rung: how.rung });
    expect(stages[3]).toMatchObject({ proof: "request" });
    expect(stages.map(({ time }) => time)).toEqual(stages.map(({ time }) => time).toSorted());
    expect(await fleet().session(worker.name)).toMatchObject({ permissionMode: mode, inbox: 0 });
  });
});

describe.concurrent(
  "with nothing but its messaging socket, of which the user said nothing, the real Claude Code",
  () => {
    const { open, fleet } = useFleet({ sideBySide: true });
    beforeAll(() => open({ without: ["rewake", "tmux"], settings: { crossSessionInbound: undefined } }));

    test.each(["default", "acceptEdits"] as const)("is woken by it in %s", async (permissionMode) => {
      const name = permissionMode.toLowerCase();
      const worker = await fleet().start(name, { permissionMode });
      await worker.submit("[[say warm]]");
      await fleet().untilSession(
        name,
        (session) => session.permissionMode === permissionMode && session.state === "idle",
      );
      expect(await fleet().tell(name, "[[say awake]]")).toMatchObject({ rung: "socket", lastText: "awake" });
    });

    test("is left alone in bypassPermissions, where it would open a dialog; the message comes with the next prompt", async () => {
      const worker = await fleet().start("bypass", { permissionMode: "bypassPermissions" });
      await worker.submit("[[say warm]]");
      await fleet().untilSession(
        "bypass",
        ({ permissionMode, state }) => permissionMode === "bypassPermissions" && state === "idle",
      );
      const id = await fleet().pub("bypass", "[[say read]]");
      const [stored, deferred, ...others] = await fleet().untilStage(id, "deferred");
      expect([stored?.stage, deferred?.stage, ...others]).toEqual(["stored", "deferred"]);
      expect(deferred?.reason).toContain("no way to wake it");
      expect(await worker.screen()).not.toMatch(/peer|another session|Deny/i);
      await worker.submit("what is new?");
      const trace = await fleet().untilStage(id, "done");
      expect(trace.map(({ stage }) => stage)).toEqual(["stored", "deferred", "offered", "shown", "done"]);
    });
  },
);

describe.concurrent("what proves that the real Claude Code was shown a message", () => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open());

  test("is its request, told while a first turn still runs", async () => {
    await fleet().start("young");
    const id = await fleet().pub("young", "[[hold young]] [[say late]]");
    const trace = await fleet().untilStage(id, "shown");
    expect(trace.map(({ stage }) => stage)).toEqual(["stored", "woken", "offered", "shown"]);
    expect(trace.at(-1)).toMatchObject({ proof: "request" });
    fleet().model.release("young");
    expect((await fleet().untilStage(id, "done")).at(-1)).toMatchObject({ lastText: "late" });
  });

  test("is its answer where it writes no requests down", async () => {
    await fleet().start("terse", { env: { CLAUDE_CODE_ELEGANT_MEADOW: "0" } });
    const told = await fleet().tell("terse", "[[say fine]]");
    const trace = await fleet().trace(told.id);
    expect(trace.filter(({ stage }) => stage === "offered")).toHaveLength(1);
    expect(trace.find(({ stage }) => stage === "shown")).toMatchObject({ proof: "request" });
  });

  test("is inferred where it keeps no transcript", async () => {
    await fleet().start("child", { env: { CLAUDE_CODE_CHILD_SESSION: "1" } });
    const told = await fleet().tell("child", "[[say fine]]");
    const shown = (await fleet().trace(told.id)).find(({ stage }) => stage === "shown");
    expect(shown).toMatchObject({ proof: "inferred" });
  });
});
