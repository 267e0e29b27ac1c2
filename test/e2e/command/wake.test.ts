import { writeFile } from "node:fs/promises";
import { z } from "zod";
import type { ConsumerView, Items } from "@fleetbus/core/api";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { noGuards, startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually, type TestTmux } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;
let count = 0;

const config = `${noGuards}
[[session]]
match = "sleeper*"
wake = false
`;
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const receiptSchema = z.object({
  stage: z.string(),
  rung: z.string().optional(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
});

beforeAll(async () => {
  fleet = await startFleet({ config });
  model = await startDemoModel();
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});
afterEach(() => model.answerWith(() => Promise.resolve({ text: "ok" })));

/** An agent in a pane that can be woken by typing only. */
async function startTyped(prefix = "typed") {
  const name = `${prefix}${(count += 1)}`;
  const agent = await fleet.startAgent({ name, modelUrl: model.url, isInTmux: true, hasWaiter: false });
  await fleet.untilState(name, ["idle"]);
  const tmux = fleet.tmux();
  if (tmux === undefined || agent.pane === undefined) throw new Error("the agent has a pane");
  return { name, agent, pane: agent.pane, tmux };
}

const say = async (target: string, body: string) => {
  const sent = await run("pub", target, body, "--json");
  return z.object({ id: z.string(), reason: z.string().optional() }).parse(sent.json());
};
const stages = async (id: string) =>
  z.object({ stages: z.array(receiptSchema) }).parse((await run("trace", id, "--json")).json()).stages;
const until = (id: string, stage: string) =>
  eventually(
    async () => (await stages(id)).find((each) => each.stage === stage),
    () => `message ${id} to be ${stage}`,
    20_000,
  );
const inboxOf = async (name: string) =>
  z.object({ inbox: z.number() }).parse((await run("session", "show", name, "--json")).json()).inbox;
/** Whoever is written to later is awake and done by now: a wake that does not look would have come too. */
async function untilAnotherIsWoken(): Promise<void> {
  const { name } = await startTyped("witness");
  await until((await say(name, "are you there?")).id, "done");
}
const saw = (text: string) =>
  model.requests.some((request) => request.texts.some((each) => each.includes(text)));
const screenOf = async ({ tmux, pane }: { tmux: TestTmux; pane: string }) =>
  (await tmux.capture(pane)).trimEnd();

describe("a wake that is typed", () => {
  it("[want 1] [row 88] [row 92] is a line that points to the mail, proved by the recipient's own prompt event; the receipt names its rung", async () => {
    const typed = await startTyped();
    const body = "first line token-typed\nsecond line token-more";
    const { id } = await say(typed.name, body);
    expect(await until(id, "woken")).toMatchObject({ rung: "tmux" });
    expect(await until(id, "done")).toMatchObject({ outcome: "done" });
    const pointer = /^> 1 fleet message waits for you from lab\/me \[fleet:\w+\]\. Read it beside this line/;
    const lines = (await screenOf(typed)).split("\n").filter((line) => line.startsWith("> "));
    expect(lines).toEqual([expect.stringMatching(pointer)]);
    expect(await screenOf(typed)).not.toContain("token-");
    // The line brought the mail with it, whole: its own turn has both, and nothing is left to be read.
    const holding = model.requests.filter(({ texts }) => texts.some((text) => text.includes(id)));
    expect(holding).toHaveLength(1);
    const [prompt = ""] = holding.flatMap(({ texts }) => texts.filter((text) => text.includes(id)));
    expect(`> ${prompt}`).toMatch(pointer);
    expect(prompt).toContain(`\n${body}\n[fleet:`);
    expect(await inboxOf(typed.name)).toBe(0);
    expect((await stages(id)).map(({ stage }) => stage)).toEqual([
      "stored",
      "woken",
      "offered",
      "shown",
      "done",
    ]);
  });

  it("[case 50] [want 2] [row 84] leaves a half-typed draft alone, and the message arrives when the composer is free", async () => {
    const typed = await startTyped();
    await typed.tmux.type(typed.pane, "my own half");
    await typed.tmux.waitForScreen(typed.pane, /my own half/);
    const { id } = await say(typed.name, "patience token-draft");
    // Long enough for a wake that does not look to have typed, and for one that is delivered anew.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await screenOf(typed)).toMatch(/❯\u00a0my own half\n/);
    expect((await stages(id)).map(({ stage }) => stage)).toEqual(["stored"]);
    expect(saw("token-draft")).toBe(false);
    const consumers = (await run("consumer", "list", "--json")).json() as Items<ConsumerView>;
    const rung = consumers.items.find(({ stream, name }) => stream === "WAKES" && name.includes("tmux"));
    expect(rung).toMatchObject({ ackPending: 1, redelivered: 0 });
    await typed.tmux.sendKeys(typed.pane, "C-u");
    await until(id, "done");
    const wakes = model.requests.filter(({ texts }) => texts.some((text) => text.includes("token-draft")));
    expect(wakes).toHaveLength(1);
    expect(await screenOf(typed)).toMatch(/❯\u00a0?\n/);
  });

  it("[case 7] [row 71] is for idle sessions with mail only", async () => {
    const idle = await startTyped();
    const busy = await startTyped();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    model.answerWith(async ({ texts }) => {
      if (texts.some((text) => text.includes(`work of ${busy.name}`))) await held;
      return { text: "ok" };
    });
    await busy.agent.prompt(`work of ${busy.name}`);
    await fleet.untilState(busy.name, ["busy"]);
    const { id } = await say(busy.name, "for the busy one token-late");
    await untilAnotherIsWoken();
    expect((await stages(id)).map((each) => each.stage)).toEqual(["stored"]);
    expect(await screenOf(idle)).not.toContain("fleet message");
    release();
    await until(id, "done");
    expect((await stages(id)).map((each) => each.stage)).not.toContain("woken");
  });

  it("[want 6] is coalesced: one for all that waits, none for what was read meanwhile", async () => {
    const typed = await startTyped();
    await typed.tmux.type(typed.pane, "draft");
    await typed.tmux.waitForScreen(typed.pane, /draft/);
    const ids = [];
    for (const n of [1, 2, 3]) ids.push((await say(typed.name, `coalesced ${n}`)).id);
    await eventually(
      async () => ((await inboxOf(typed.name)) === ids.length ? true : undefined),
      () => "all three to be there",
    );
    await typed.tmux.sendKeys(typed.pane, "C-u");
    for (const id of ids) await until(id, "done");
    const prompts = (await screenOf(typed))
      .split("\n")
      .filter((line) => line.startsWith("> ") && line.includes("fleet message"));
    expect(prompts).toEqual([expect.stringMatching(/[1-3] fleet messages? waits? for you/)]);

    await typed.tmux.type(typed.pane, "again");
    await typed.tmux.waitForScreen(typed.pane, /again/);
    await say(typed.name, "read by hand");
    const taken = await run("inbox", "--session", typed.name, "--take", "--json");
    expect(taken.json()).toMatchObject({ items: [{ body: "read by hand" }] });
    await typed.tmux.sendKeys(typed.pane, "C-u");
    await untilAnotherIsWoken();
    expect((await screenOf(typed)).split("\n").filter((line) => line.includes("fleet message"))).toHaveLength(
      1,
    );
  });

  it("[case 39] [row 91] does not happen where waking is switched off, and the message is there with the next prompt", async () => {
    const typed = await startTyped("sleeper");
    const { id } = await say(typed.name, "sleep on token-sleep");
    await untilAnotherIsWoken();
    expect((await stages(id)).map((each) => each.stage)).toEqual(["stored"]);
    expect(await screenOf(typed)).not.toContain("fleet message");
    await typed.agent.prompt("awake by myself");
    await until(id, "done");
    expect(saw("token-sleep")).toBe(true);
  });

  it("[case 39] [row 91] waits while waking is switched off for all, and comes when it is switched on again, without a cooldown", async () => {
    const typed = await startTyped();
    await writeFile(fleet.paths.configFile, config.replace("[wake]", "[wake]\nenabled = false"));
    const outlook = async () => (await run("doctor", "--wake", typed.name)).stdout;
    const switchedOff = "waking is switched off: wake.enabled";
    await eventually(
      async () => ((await outlook()).includes(switchedOff) ? true : undefined),
      () => "the switch to be in force",
    );
    const { id } = await say(typed.name, "paused token-paused");
    await eventually(
      async () => ((await inboxOf(typed.name)) === 1 ? true : undefined),
      () => "the message to be there",
    );
    // The planner has looked at it by then: it says so.
    expect(await outlook()).toContain(switchedOff);
    expect((await stages(id)).map((each) => each.stage)).toEqual(["stored"]);
    expect(await screenOf(typed)).not.toContain("fleet message");
    await writeFile(fleet.paths.configFile, config);
    expect(await until(id, "woken")).toMatchObject({ rung: "tmux" });
    await until(id, "done");
  });
});

describe("a session that has gone", () => {
  type Typed = Awaited<ReturnType<typeof startTyped>>;
  it.each([
    // A CLI that can still say goodbye has ended, one that cannot is lost.
    ["with its pane", ({ tmux, pane }: Typed) => tmux.command("kill-pane", "-t", pane)],
    ["by a kill", ({ agent }: Typed) => agent.kill()],
  ] as const)(
    "[case 22] %s is said to be gone at once, and the message waits for the next one of that name",
    async (_, end) => {
      const typed = await startTyped();
      await end(typed);
      await fleet.untilState(typed.name, ["ended", "lost"]);
      const answer = await say(typed.name, `nobody is at ${typed.name}`);
      expect(answer.reason).toMatch(/ (has ended|is lost): it waits for the next session of that name$/);
      expect(await stages(answer.id)).toEqual([
        { stage: "stored" },
        { stage: "deferred", reason: answer.reason },
      ]);
      await typed.agent.restart();
      await until(answer.id, "done");
      expect(saw(`nobody is at ${typed.name}`)).toBe(true);
    },
  );
});
