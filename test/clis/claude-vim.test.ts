import { beforeAll, describe, expect, test } from "vitest";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import type { Worker } from "../support/claude-fleet/workers.ts";

describe.concurrent("the real Claude Code with vi's keys, where typing is the only way to wake it", () => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open({ without: ["rewake", "socket"], settings: { editorMode: "vim" } }));

  const bodyFor = ({ name }: Worker) => `[[say ${name} has read it]]`;
  const arrived = async (id: string, worker: Worker) => {
    const trace = await fleet().untilStage(id, "done");
    expect(trace.find(({ stage }) => stage === "woken")).toMatchObject({ rung: "tmux" });
    expect(trace.at(-1)).toMatchObject({ stage: "done", lastText: `${worker.name} has read it` });
    expect(fleet().model.holding(bodyFor(worker))).toHaveLength(1);
  };

  test("[row 85] is woken in insert mode, in which it begins", async () => {
    const worker = await fleet().start("inserts");
    await worker.waitForScreen(/-- INSERT --/);
    await arrived(await fleet().pub(worker.name, bodyFor(worker)), worker);
  });

  test("[row 85] is woken in normal mode, where each letter is a command: what is pasted is text", async () => {
    const worker = await fleet().start("normal");
    await worker.waitForScreen(/-- INSERT --/);
    await worker.press("Escape");
    await worker.waitForScreen(/\? for shortcuts/);
    expect(await worker.screen()).not.toContain("-- INSERT --");
    await arrived(await fleet().pub(worker.name, bodyFor(worker)), worker);
  });

  test("[case 50] keeps a draft that is left in normal mode, and is woken when it is gone", async () => {
    const worker = await fleet().start("drafts");
    await worker.type("half a thought");
    await worker.press("Escape");
    const id = await fleet().pub(worker.name, bodyFor(worker));
    // Longer than a wake needs into a pane that is free.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await worker.screen()).toMatch(/❯\shalf a thought\n/u);
    expect((await fleet().trace(id)).map(({ stage }) => stage)).toEqual(["stored"]);
    for (const key of ["d", "d"]) await worker.press(key);
    await arrived(id, worker);
  });
});
