import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import { linkTerminals, startInWrap } from "../support/claude-fleet/wrapped.ts";
import type { TestTerminal } from "../support/pty.ts";

describe("in fleet wrap, without tmux, waiting hook and peers, the real Claude Code", () => {
  const { open, fleet } = useFleet();
  const terminals: TestTerminal[] = [];
  const start = async (name: string) => {
    const terminal = await startInWrap(fleet(), name);
    terminals.push(terminal);
    return terminal;
  };
  beforeAll(async () => {
    await open({ without: ["rewake", "socket", "tmux"] });
    await linkTerminals(fleet());
  });
  afterAll(async () => {
    for (const terminal of terminals) terminal.close();
    await Promise.all(terminals.map(({ ended }) => ended));
  });

  test("[row 73] is woken by a line between the person's keys; a draft and a menu are left alone", async () => {
    const [{ pid }, writer, chooser] = [await start("free"), await start("writer"), await start("chooser")];
    expect(await fleet().session("free")).toMatchObject({ cli: "claude", pty: { pid } });
    writer.type("unfinished");
    await writer.waitFor(/unfinished/);
    chooser.type("/model");
    await chooser.waitFor(/model/);
    chooser.type("\r");
    await chooser.waitFor(/Select/);
    const [toWriter, toChooser] = [
      await fleet().pub("writer", "[[say awake at last]]"),
      await fleet().pub("chooser", "[[say chosen]]"),
    ];

    const told = await fleet().tell("free", "[[say the build is green]]");
    expect(told).toMatchObject({
      stage: "done",
      rung: "pty",
      outcome: "done",
      lastText: "the build is green",
    });
    const [asked] = fleet().model.holding("[[say the build is green]]");
    expect(asked?.messages.map(({ text }) => text).join("\n")).toContain("from: lab/me (agent)");
    // Those that were written to before stand as they stood.
    for (const id of [toWriter, toChooser])
      expect((await fleet().trace(id)).map(({ stage }) => stage)).not.toContain("woken");

    writer.type("\u0015");
    chooser.type("\u001b");
    expect((await fleet().untilStage(toWriter, "done")).at(-1)).toMatchObject({ lastText: "awake at last" });
    expect((await fleet().untilStage(toChooser, "done")).at(-1)).toMatchObject({ lastText: "chosen" });
    const woken = (await fleet().trace(toWriter)).find(({ stage }) => stage === "woken");
    expect(woken).toMatchObject({ rung: "pty" });
    expect(fleet().model.holding("unfinished")).toEqual([]);
  });
});
