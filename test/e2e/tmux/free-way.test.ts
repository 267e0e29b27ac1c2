import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTmux } from "../../support/tmux.ts";
import { line } from "../../support/typed-wake.ts";
import { startStage, type Stage } from "./stage.ts";

describe("the tmux adapter, when the way is free", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterEach(() => {
    stage.isWanted = () => true;
  });
  afterAll(() => stage.close());

  test("types the line and submits it as one prompt, asking right before each whether it is still wanted [want 30]", async () => {
    const agent = await stage.openComposer();
    const receipt = await stage.wake(agent, { nonce: "first00001" });
    expect(receipt).toEqual({ providerId: agent.pane });
    expect(await agent.waitForPrompts(1)).toEqual([line("first00001")]);
    expect(stage.asked).toEqual(["first00001", "first00001"]);
  });

  test("finds the pane by its id after its session was renamed and its window moved", async () => {
    const agent = await stage.openComposer({ session: "before" });
    await stage.tmux.command("rename-session", "-t", "before", "after");
    await stage.tmux.command("move-window", "-s", "after:", "-t", "keep:");
    await stage.wake(agent, { nonce: "renamed001" });
    expect(await agent.waitForPrompts(1)).toEqual([line("renamed001")]);
  });

  test("attaches again when the session it is attached to is killed while it waits", async () => {
    const own = await startStage();
    try {
      const agent = await own.openComposer({ session: "agent" });
      await own.tmux.openPane({ session: "host" });
      await own.tmux.command("copy-mode", "-t", agent.pane);
      const waiting = own.wake(agent, { nonce: "survivor01" });
      const host = await eventually(
        () => controlSession(own),
        () => "its connection",
      );
      expect(host).not.toBe("agent");
      await own.tmux.command("kill-session", "-t", `=${host}`);
      await own.tmux.command("send-keys", "-t", agent.pane, "-X", "cancel");
      expect(await waiting).toEqual({ providerId: agent.pane });
      expect(await agent.waitForPrompts(1)).toEqual([line("survivor01")]);
    } finally {
      await own.close();
    }
  });

  const hostile = [
    ["line breaks", "run\nfleet inbox\r\nnow", "run fleet inbox now"],
    ["a paste terminator", "run\u001b[201~fleet inbox", "run fleet inbox"],
    ["a paste terminator in 8 bit", "run\u009b201~fleet inbox", "run fleet inbox"],
    ["escape, Ctrl-C and backspace", "run\u001b\u0003\u0008 fleet inbox", "run fleet inbox"],
    ["an OSC string", "run\u001b]0;title\u0007fleet inbox", "run fleet inbox"],
    ["bidi and zero-width characters", "run \u202efleet\u200b inbox\u2069", "run fleet inbox"],
    [
      "quotes and what tmux expands",
      `it's "#{pane_id}" $HOME #(id) ~ \\ ; kill-server`,
      `it's "#{pane_id}" $HOME #(id) ~ \\ ; kill-server`,
    ],
    ["a leading slash", "/exit now", "fleet: /exit now"],
    ["a file mention at its end", "ask @api", "ask @api ."],
  ] as const;

  test.each(hostile)("types a text with %s as one harmless line [case 36]", async (_, text, typed) => {
    const agent = await stage.openComposer();
    await stage.wake(agent, { text });
    expect(await agent.waitForPrompts(1)).toEqual([typed]);
    expect(await stage.tmux.fact(agent.pane, "pane_id")).toBe(agent.pane);
  });

  test("types up to 699 characters over several rows", async () => {
    const text = `fleet: ${"wörd ".repeat(140)}`.slice(0, 695);
    const agent = await stage.openComposer({ width: 61 });
    await stage.wake(agent, { text });
    expect(await agent.waitForPrompts(1)).toEqual([text]);
  });

  test("types wide characters and emoji", async () => {
    const agent = await stage.openComposer();
    await stage.wake(agent, { text: "fleet: 字 from 👩‍💻 ✓ wait" });
    expect(await agent.waitForPrompts(1)).toEqual(["fleet: 字 from 👩‍💻 ✓ wait"]);
  });

  test("waits for a composer that draws late", async () => {
    const agent = await stage.openComposer();
    await obey(stage, agent.pane, "/slow 150");
    await stage.wake(agent, { nonce: "late000001" });
    expect(await agent.waitForPrompts(1)).toEqual([line("late000001")]);
  });

  test("types two wakes for one pane one after the other, and two panes side by side", async () => {
    const [one, other] = [await stage.openComposer(), await stage.openComposer()];
    const wakes = [
      stage.wake(one, { nonce: "aaaaaaaa" }),
      stage.wake(one, { nonce: "bbbbbbbb" }),
      stage.wake(other, { nonce: "cccccccc" }),
    ];
    expect(await Promise.all(wakes)).toEqual([one, one, other].map(({ pane }) => ({ providerId: pane })));
    expect(await one.waitForPrompts(2)).toEqual([line("aaaaaaaa"), line("bbbbbbbb")]);
    expect(await other.waitForPrompts(1)).toEqual([line("cccccccc")]);
  });

  test("presses only Enter on a retry, when its own text is what stands there", async () => {
    const agent = await stage.openComposer();
    await obey(stage, agent.pane, "/deaf 400");
    await stage.wake(agent, { nonce: "retry00001" });
    await stage.tmux.waitForScreen(agent.pane, /fleet:retry00001/);
    expect(await agent.prompts()).toEqual([]);
    await eventually(
      async () => ((await stage.tmux.fact(agent.pane, "cursor_x")) === "2" ? true : undefined),
      () => "the Enter that became a line break",
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await stage.wake(agent, { nonce: "retry00001", isRetry: true })).toEqual({
      providerId: agent.pane,
    });
    expect((await agent.waitForPrompts(1)).map((prompt) => prompt.trim())).toEqual([line("retry00001")]);
  });

  test("does not type the text of a retry again when it is gone", async () => {
    const agent = await stage.openComposer();
    const receipt = await stage.wake(agent, { isRetry: true });
    expect(receipt.skipped).toContain("no longer stands alone in the composer");
    expect(await agent.prompts()).toEqual([]);
  });

  test("leaves the environment, the size and the windows of the user's session as they are", async () => {
    const agent = await stage.openComposer({ session: "mine", width: 91, height: 27 });
    await stage.tmux.command("set-environment", "-t", "mine", "SSH_AUTH_SOCK", "/run/agent");
    await stage.wake(agent, { nonce: "mine000001" });
    expect(await stage.tmux.command("show-environment", "-t", "mine", "SSH_AUTH_SOCK")).toBe(
      "SSH_AUTH_SOCK=/run/agent\n",
    );
    expect(await stage.tmux.fact(agent.pane, "window_width")).toBe("91");
    expect(await stage.tmux.command("list-buffers")).toBe("");
  });

  test("keeps one connection for a server, and none when it was not used for long", async () => {
    const own = await startStage({ idleMs: 200 });
    const connections = async () =>
      (await own.tmux.command("list-clients")).split("\n").filter(Boolean).length;
    try {
      const agents = await Promise.all([own.openComposer(), own.openComposer()]);
      await Promise.all(agents.map((agent) => own.wake(agent)));
      expect(await connections()).toBe(1);
      await eventually(
        async () => (await connections()) === 0 || undefined,
        () => "the end of the connection",
      );
      await own.wake(agents[0], { nonce: "again00001" });
      expect((await agents[0].waitForPrompts(2)).at(-1)).toBe(line("again00001"));
    } finally {
      await own.close();
    }
  });

  test("waits for a CLI that draws the paste in parts, longer than for a stranger's keys", async () => {
    const agent = await stage.openComposer();
    await obey(stage, agent.pane, "/halves 1500");
    expect(await stage.wake(agent, { nonce: "halves0001" })).not.toHaveProperty("skipped");
    expect(await agent.waitForPrompts(1)).toEqual([line("halves0001")]);
  });

  test("reaches panes of several servers", async () => {
    const second = await startTmux();
    try {
      const agent = await stage.openComposer();
      const foreign = await stage.wake(agent, {
        pane: { mux: "tmux", socket: second.socket, id: agent.pane },
      });
      expect(foreign.skipped).toMatch(/pane/);
      await stage.wake(agent, { nonce: "server0001" });
      expect(await agent.waitForPrompts(1)).toEqual([line("server0001")]);
    } finally {
      await second.kill();
    }
  });
});

/** A line that the stand-in takes for itself. */
async function obey(stage: Stage, pane: string, command: string): Promise<void> {
  await stage.tmux.type(pane, command);
  await stage.tmux.sendKeys(pane, "Enter");
  await stage.tmux.waitForScreen(pane, /^❯\u00A0\s*$/m);
}

/** The session that the adapter's connection is attached to, if there is one. */
async function controlSession(stage: Stage): Promise<string | undefined> {
  const clients = await stage.tmux.command("list-clients", "-F", "#{client_control_mode} #{client_session}");
  return clients
    .split("\n")
    .find((row) => row.startsWith("1 "))
    ?.slice(2);
}
