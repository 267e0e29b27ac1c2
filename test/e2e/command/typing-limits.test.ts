import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startComposer, type ComposerSession } from "../../support/fleet/composer.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually, startTmux, type TestTmux } from "../../support/tmux.ts";

let fleet: Fleet;
let tmux: TestTmux;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const receiptsSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), reason: z.string().optional() })),
});
const stages = async (id: string) => receiptsSchema.parse((await run("trace", id, "--json")).json()).stages;
const untilDeferred = (id: string, reason: RegExp) =>
  eventually(
    async () =>
      (await stages(id)).find((each) => each.stage === "deferred" && reason.test(each.reason ?? "")),
    () => `${id} to be deferred: ${String(reason)}`,
    30_000,
  );
const say = async (target: string, body: string) =>
  z.object({ id: z.string() }).parse((await run("pub", target, body, "--json")).json()).id;
const inboxOf = async (name: string) =>
  z
    .object({ items: z.array(z.object({ id: z.string() })) })
    .parse((await run("inbox", "--session", name, "--json")).json())
    .items.map(({ id }) => id);

beforeAll(async () => {
  [fleet, tmux] = await Promise.all([startFleet(), startTmux()]);
});
afterAll(async () => {
  await tmux?.kill();
  await fleet?.close();
});

async function composer(name: string, fromShell = false): Promise<ComposerSession> {
  const { home, client } = fleet;
  const session = await startComposer({ tmux, name, home, client, fromShell });
  await fleet.untilState(name, ["idle"]);
  return session;
}

const countIn = (text: string, word: string) => text.split(word).length - 1;
const pointer = "fleet message waits";

describe("a composer that never submits", () => {
  it("[case 53] [case 8] [case 6] is typed into once for all that waits; the senders learn, the messages stay, the session stays idle, a kick tries again", async () => {
    const deaf = await composer("deaf");
    await deaf.type("/deaf 600000");
    const id = await say("deaf", "the body that waits");
    const receipt = await untilDeferred(id, /no prompt came of it/);
    expect(receipt.reason).toMatch(/^not woken: tmux/);
    expect(await deaf.prompts()).toEqual([]);
    const screen = await deaf.screen();
    expect(countIn(screen, pointer)).toBe(1);

    const second = await say("deaf", "one more in the same idle period");
    await untilDeferred(second, /no prompt came of it/);
    expect(countIn(await deaf.screen(), pointer)).toBe(1);
    expect(await inboxOf("deaf")).toEqual([id, second]);
    expect((await run("session", "show", "deaf", "--json")).json()).toMatchObject({
      state: "idle",
      inbox: 2,
    });

    await tmux.sendKeys(deaf.pane, "C-u");
    await deaf.type("/deaf 0");
    expect((await run("session", "kick", "deaf")).code).toBe(0);
    const [typed = ""] = await eventually(
      async () => ((await deaf.prompts()).length > 0 ? deaf.prompts() : undefined),
      () => "the next attempt",
    );
    expect(typed).toContain("2 fleet messages wait");
    const given = await deaf.prompt(typed);
    expect(given).toContain("the body that waits");
    expect(given).toContain("one more in the same idle period");
  });

  it("[case 53] [row 92] nor one whose prompt no hook tells of: typed once, and the sender who waits learns at once, and of the receipt when that comes after all", async () => {
    const mute = await composer("mute");
    const waiting = run("pub", "mute", "nobody will tell", "--id", "to-mute", "--wait", "done", "--json");
    await eventually(
      async () => ((await inboxOf("mute")).includes("to-mute") ? true : undefined),
      () => "the message to be stored",
    );
    await untilDeferred("to-mute", /^not woken: tmux: /);
    expect(await mute.prompts()).toHaveLength(1);
    expect(await inboxOf("mute")).toEqual(["to-mute"]);
    expect(await mute.prompt("what is new?")).toContain("nobody will tell");
    await mute.hook("Stop", { last_assistant_message: "I know now" });
    const { code, stderr, stdout } = await waiting;
    expect(code, stderr).toBe(0);
    const told = stderr.split("\n").map((line) => line.split(" ")[0]);
    expect(told.filter((stage) => stage !== "")).toEqual(["stored", "deferred", "offered", "shown", "done"]);
    expect(stderr).toMatch(/^deferred .*not woken: tmux: /m);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "done", lastText: "I know now" });
  });
});

describe("what is not a free composer", () => {
  it("[case 51] an open menu is not answered, and the message comes when it is closed", async () => {
    const session = await composer("menu");
    await session.type("/menu");
    const before = (await tmux.waitForScreen(session.pane, /2\. Other/)).trimEnd();
    const id = await say("menu", "behind the menu");
    await sleep(700); // long enough for a wake that does not look
    expect(await session.screen()).toBe(before);
    expect((await stages(id)).map(({ stage }) => stage)).toEqual(["stored"]);
    await tmux.sendKeys(session.pane, "Escape");
    const [typed = ""] = await eventually(
      async () => ((await session.prompts()).length > 0 ? session.prompts() : undefined),
      () => "the wake after the menu",
    );
    expect(await session.prompt(typed)).toContain("behind the menu");
    expect(JSON.stringify(await session.records())).not.toContain("accepted");
  });

  it("[case 52] a pane whose CLI has ended to a shell gets not a key, and the sender learns", async () => {
    const session = await composer("shell", true);
    await session.type("/exit");
    const before = (await tmux.waitForScreen(session.pane, /^[$#]\s*$/m)).trimEnd();
    const id = await say("shell", "echo run-by-the-shell");
    const receipt = await untilDeferred(id, /./);
    expect(receipt.reason).toMatch(/is gone|is lost/);
    await fleet.untilState("shell", ["lost"]);
    expect(await session.screen()).toBe(before);
    expect(await session.prompts()).toEqual([]);
  });

  it("[want 30] a pane in copy mode is left in it, and the message comes when its human is back", async () => {
    const session = await composer("copying");
    await tmux.command("copy-mode", "-t", session.pane);
    const id = await say("copying", "after copy mode");
    await sleep(700);
    expect(await session.prompts()).toEqual([]);
    expect(await tmux.fact(session.pane, "pane_in_mode")).toBe("1");
    await tmux.command("send-keys", "-t", session.pane, "-X", "cancel");
    const [typed = ""] = await eventually(
      async () => ((await session.prompts()).length > 0 ? session.prompts() : undefined),
      () => "the wake after copy mode",
    );
    expect(await session.prompt(typed)).toContain("after copy mode");
    expect((await stages(id)).map(({ stage }) => stage)).toContain("woken");
  });

  it("[case 55] footer and colours say nothing of idleness: the session stays idle and is woken all the same", async () => {
    const session = await composer("footer");
    await session.type("/footer esc to interrupt · working…");
    await session.type("/theme 211");
    await tmux.waitForScreen(session.pane, /working…/);
    await sleep(300);
    expect((await run("session", "show", "footer", "--json")).json()).toMatchObject({ state: "idle" });
    await say("footer", "whatever the footer says");
    const [typed = ""] = await eventually(
      async () => ((await session.prompts()).length > 0 ? session.prompts() : undefined),
      () => "the wake",
    );
    expect(await session.prompt(typed)).toContain("whatever the footer says");
  });
});
