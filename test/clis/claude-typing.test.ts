import { beforeAll, describe, expect, test } from "vitest";
import type { ClaudeFleet } from "../support/claude-fleet/fleet.ts";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import type { Worker } from "../support/claude-fleet/workers.ts";

/** Longer than a wake needs into a pane that is free. */
const longEnoughMs = 1500;

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends a message once `mine` is on the screen, gives a wake time to do harm, and resolves with the id when all is as it was. */
async function withstand(fleet: ClaudeFleet, worker: Worker, mine: RegExp): Promise<string> {
  await worker.waitForScreen(mine);
  const id = await fleet.pub(worker.name, bodyFor(worker));
  await rest(longEnoughMs);
  const screen = await worker.screen();
  expect(screen).toMatch(mine);
  expect(screen).not.toMatch(/\[fleet:|fleet message/);
  expect(fleet.model.holding(bodyFor(worker))).toHaveLength(0);
  expect((await fleet.trace(id)).map(({ stage }) => stage)).not.toContain("woken");
  return id;
}

function bodyFor({ name }: Worker): string {
  return `[[say ${name} has read it]]`;
}

describe.concurrent("where typing is the only way to wake it, in the real Claude Code", () => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open({ without: ["rewake", "socket"] }));

  const arrived = async (id: string, worker: Worker) => {
    const trace = await fleet().untilStage(id, "done");
    expect(trace.find(({ stage }) => stage === "woken")).toMatchObject({ rung: "tmux" });
    expect(trace.find(({ stage }) => stage === "shown")).toMatchObject({ proof: "request" });
    expect(trace.at(-1)).toMatchObject({ stage: "done", lastText: `${worker.name} has read it` });
  };

  test.each([
    ["half a line", ["half a thought"], /❯\shalf a thought/u, ["C-u"]],
    ["several lines", ["one", "M-Enter", "two"], /❯\sone\n {2}two/u, ["C-u", "BSpace", "C-u"]],
    ["the cursor moved to its beginning", ["a thought", "Home"], /❯\sa thought/u, ["End", "C-u"]],
    ["a command that is being chosen", ["/"], /❯\s\/\n/u, ["C-u"]],
    ["a file that is being chosen", ["@"], /❯\s@\n/u, ["C-u"]],
    ["a shell line", ["!", "ls"], /!\sls\n/u, ["C-u", "Escape"]],
  ])(
    "[case 50] a draft of %s stays, and the message arrives when it is gone",
    async (name, keys, shown, undo) => {
      const worker = await fleet().start(`draft-${name.replaceAll(" ", "-")}`);
      for (const key of keys) await worker.press(key);
      const id = await withstand(fleet(), worker, shown);
      for (const key of undo) await worker.press(key);
      await arrived(id, worker);
    },
  );

  test.each([
    ["/model", /Select model/],
    ["/status", /Esc to close/],
  ])("[case 51] the menu of %s stays, and the message arrives when it is closed", async (command, open) => {
    const worker = await fleet().start(`menu${command.slice(1)}`);
    await worker.submit(command);
    const id = await withstand(fleet(), worker, open);
    await worker.press("Escape");
    await arrived(id, worker);
  });

  test("[case 51] copy mode stays, and the message arrives when it is left", async () => {
    const worker = await fleet().start("copy");
    await fleet().tmux.command("copy-mode", "-t", worker.pane);
    const id = await withstand(fleet(), worker, /❯/);
    expect(await fleet().tmux.command("display-message", "-p", "-t", worker.pane, "#{pane_in_mode}")).toBe(
      "1\n",
    );
    await fleet().tmux.command("send-keys", "-t", worker.pane, "-X", "cancel");
    await arrived(id, worker);
  });

  test("[case 51] a permission dialog is not answered; the message comes with the end of its turn", async () => {
    const worker = await fleet().start("dialog");
    await worker.submit("[[run touch made]] [[say touched]]");
    const id = await withstand(fleet(), worker, /1\. Yes\n[^]*Esc to cancel/);
    await worker.press("Enter");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.map(({ stage }) => stage)).toEqual(["stored", "offered", "shown", "done"]);
    expect(trace[1]).toMatchObject({ rung: "continuation" });
  });

  test("[case 52] the shell of a CLI that was left stays empty; the message arrives when it is started again", async () => {
    const worker = await fleet().start("left", { fromShell: true });
    await worker.submit("/exit");
    await fleet().untilState("left", "ended");
    const id = await withstand(fleet(), worker, /shell❯\s*$/);
    await worker.startAgain();
    await arrived(id, worker);
  });

  test("[case 52] [case 8] the shell of a CLI that was killed stays empty, the message waits for the next one", async () => {
    const worker = await fleet().start("killed", { fromShell: true });
    const { pid = 0 } = await fleet().session("killed");
    process.kill(pid, "SIGKILL");
    const id = await withstand(fleet(), worker, /shell❯/);
    await fleet().untilState("killed", "lost");
    await worker.press("C-l");
    await worker.startAgain();
    await arrived(id, worker);
  });

  test("[case 7] only a session that is idle and has mail is typed into", async () => {
    const [idle, busy, other] = [
      await fleet().start("idle"),
      await fleet().start("busy"),
      await fleet().start("other"),
    ];
    await busy.submit("[[hold busy]] go");
    await fleet().untilState("busy", "busy");
    await fleet().tell("idle", "[[say hello]]");
    const id = await fleet().pub("busy", "[[say read at last]]");
    expect(await idle.screen()).toContain("fleet message waits");
    expect(await other.screen()).not.toContain("fleet message");
    expect(await busy.screen()).not.toContain("fleet message");
    fleet().model.release("busy");
    expect((await fleet().untilStage(id, "done"))[1]).toMatchObject({
      stage: "offered",
      rung: "continuation",
    });
  });
});

describe("where it has every way, the real Claude Code", () => {
  const { open, fleet } = useFleet();
  beforeAll(() => open());

  test("is woken by its waiting hook, a draft and a menu untouched", async () => {
    const [draft, menu] = [await fleet().start("draft"), await fleet().start("menu")];
    await draft.type("half a thought");
    await draft.waitForScreen(/half a thought/);
    expect(await fleet().tell("draft", "[[say one]]")).toMatchObject({ rung: "rewake", lastText: "one" });
    expect(await draft.screen()).toMatch(/❯\shalf a thought/u);
    await menu.submit("/model");
    const id = await withstand(fleet(), menu, /Select model/);
    await menu.press("Escape");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.find(({ stage }) => stage === "woken")).toMatchObject({ rung: "rewake" });
  });

  test("is woken when it starts by what waited for it", async () => {
    const worker = await fleet().start("again", { fromShell: true });
    await worker.submit("/exit");
    await fleet().untilState("again", "ended");
    const id = await fleet().pub("again", "[[say good morning]]");
    await worker.startAgain();
    const trace = await fleet().untilStage(id, "done");
    expect(trace.find(({ stage }) => stage === "woken")).toMatchObject({ rung: "rewake" });
    expect(trace.at(-1)).toMatchObject({ lastText: "good morning" });
  });
});
