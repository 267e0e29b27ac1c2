import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectControl, listPanes, watchPanes, type ControlClient } from "@fleetbus/adapters";
import { systemClock } from "@fleetbus/core";
import { eventually, startTmux, type TestTmux } from "../../support/tmux.ts";

describe("the panes of a tmux server", () => {
  let tmux: TestTmux;
  const soon = () => AbortSignal.timeout(10_000);
  beforeEach(async () => {
    tmux = await startTmux();
  });
  afterEach(() => tmux.kill());

  test("are listed over all sessions, and none where there is no server", async () => {
    const pane = await tmux.openPane({ command: ["cat", "-"] });
    const isCat = async () => (await tmux.fact(pane, "pane_current_command")) === "cat" || undefined;
    await eventually(isCat, () => "cat");
    const panes = await listPanes(tmux.socket, soon());
    expect(panes.map(({ id }) => id).toSorted()).toEqual(["%0", pane]);
    expect(panes.find(({ id }) => id === pane)).toMatchObject({
      command: "cat",
      isDead: false,
      isInMode: false,
    });
    expect(await listPanes(`${tmux.home}/nowhere`, soon())).toEqual([]);
  });

  test("are told of when one comes, dies and goes, in any session, and when the server goes", async () => {
    const seen: (readonly string[])[] = [];
    const onPanes = (panes: readonly { readonly id: string; readonly isDead: boolean }[]) =>
      void seen.push(panes.map(({ id, isDead }) => (isDead ? `${id} dead` : id)));
    const has = (wanted: string, isThere: boolean) =>
      eventually(
        () => (seen.at(-1)?.includes(wanted) === isThere ? true : undefined),
        () => `${wanted}: ${isThere}; saw ${JSON.stringify(seen)}`,
      );
    const watching = watchPanes(
      { server: { socket: tmux.socket, command: "tmux" }, clock: systemClock, onPanes },
      soon(),
    );

    await has("%0", true);
    const pane = await tmux.openPane({ command: ["cat"] });
    await has(pane, true);
    await tmux.command("set-option", "-p", "-t", pane, "remain-on-exit", "on");
    process.kill(Number(await tmux.fact(pane, "pane_pid")), "SIGKILL");
    await has(`${pane} dead`, true);
    await tmux.command("kill-pane", "-t", pane);
    await has(`${pane} dead`, false);
    const other = await tmux.openPane({ session: "other" });
    await has(other, true);
    const host = (await tmux.command("list-clients", "-F", "#{client_session}")).trim();
    await tmux.command("kill-session", "-t", `=${host}`);
    await has(host === "keep" ? "%0" : other, false);
    expect(seen.at(-1)).not.toEqual([]);
    await tmux.command("kill-server");
    await watching;
    expect(seen.at(-1)).toEqual([]);
  });

  test("are watched until the signal aborts", async () => {
    const abort = new AbortController();
    let calls = 0;
    const watch = {
      server: { socket: tmux.socket, command: "tmux" },
      clock: systemClock,
      onPanes: () => void (calls += 1),
    };
    const watching = watchPanes(watch, abort.signal);
    await eventually(
      () => (calls > 0 ? true : undefined),
      () => "the first list",
    );
    abort.abort();
    await watching;
    const clients = () => tmux.command("list-clients");
    await eventually(
      async () => (await clients()) === "" || undefined,
      () => "the end of its connection",
    );
    expect(await clients()).toBe("");
  });
});

describe("a control connection", () => {
  let tmux: TestTmux;
  let client: ControlClient;
  const soon = () => AbortSignal.timeout(5000);
  beforeEach(async () => {
    tmux = await startTmux();
    client = await connectControl({ socket: tmux.socket, command: "tmux" }, soon());
  });
  afterEach(async () => {
    await client.close();
    await tmux.kill();
  });

  test("answers overlapping calls each with its own blocks, errors too", async () => {
    const wanted = Array.from({ length: 50 }, (_, n) => `number-${n}`);
    const answers = await Promise.all(
      wanted.map((text) => client.run([`display-message -p ${text}`], soon())),
    );
    expect(answers.map((blocks) => blocks[0]?.lines)).toEqual(wanted.map((text) => [text]));
    const [bad, good] = await client.run(["no-such-command", "display-message -p after"], soon());
    expect([bad?.isError, good?.lines]).toEqual([true, ["after"]]);
  });

  test("goes on after a call that was aborted", async () => {
    const abort = new AbortController();
    const aborted = client.run(["display-message -p one"], abort.signal);
    abort.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    expect((await client.run(["display-message -p two"], soon()))[0]?.lines).toEqual(["two"]);
  });

  test("rejects what is under way and what comes later when the server dies", async () => {
    process.kill(Number((await tmux.command("display-message", "-p", "#{pid}")).trim()), "SIGKILL");
    await client.ended;
    await expect(client.run(["display-message -p one"], soon())).rejects.toMatchObject({
      code: "unavailable",
      isRetryable: true,
    });
  });

  test("is refused with the way out where there is no tmux, and as unavailable where there is no server", async () => {
    const none = connectControl({ socket: tmux.socket, command: "/nowhere/tmux" }, soon());
    await expect(none).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining("`command` of the tmux adapter"),
    });
    const nowhere = connectControl({ socket: `${tmux.home}/nowhere`, command: "tmux" }, soon());
    await expect(nowhere).rejects.toMatchObject({ code: "unavailable" });
  });

  test("leaves no client behind when it is closed, or when this process is gone", async () => {
    await client.close();
    await eventually(
      async () => ((await tmux.command("list-clients")) === "" ? true : undefined),
      () => "no client",
    );
    expect(await tmux.command("list-clients")).toBe("");
  });
});
