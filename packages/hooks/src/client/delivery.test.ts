import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseDropFile } from "../request/drop-file.ts";
import {
  fakeDaemon,
  installedClient,
  payload,
  runClient,
  silence,
  type Variant,
} from "./client.test.support.ts";

/** The mark in a payload. */
const markOf = (body: Buffer) => z.object({ mark: z.string() }).parse(JSON.parse(body.toString())).mark;

describe.each<Variant>(["bash", "curl"])("the %s client", (variant) => {
  test("hands the payload to the daemon with where it came from, and prints the answer", async () => {
    const daemon = await fakeDaemon((_, response) => response.end(`{"ok":"ä"}`));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const env = {
      CLAUDE_PID: "4711",
      TMUX_PANE: "%3",
      TMUX: "/tmp/x,1,0",
      FLEET_SESSION: "web app",
      FLEET_PARENT: "api",
      FLEET_ROLE: "review",
      CLAUDE_CODE_MESSAGING_SOCKET: "/tmp/cc.sock",
    };
    const stdin = `{"a":"é \\n %s \\\\ $HOME"}\n\n`;
    expect(await runClient(client, { stdin, env })).toMatchObject({ ...silence, stdout: `{"ok":"ä"}` });
    expect(daemon.seen).toHaveLength(1);
    expect(daemon.seen[0]?.body.toString()).toBe(stdin);
    expect(daemon.seen[0]).toMatchObject({
      url: "/v1/hook/claude/Stop",
      headers: {
        authorization: "Bearer secret-token",
        "content-type": "application/json",
        "x-fleet-version": "1",
        "x-fleet-pid": "4711",
        "x-fleet-pane": "%3",
        "x-fleet-tmux": "/tmp/x,1,0",
        "x-fleet-session": "web app",
        "x-fleet-parent": "api",
        "x-fleet-role": "review",
        "x-fleet-socket": "/tmp/cc.sock",
        "x-fleet-id": expect.stringMatching(/^\d+-\d+-\d+$/),
      },
    });
    expect(await client.drops()).toEqual([]);
  });

  test("tells whether the hooks of a plugin call it", async () => {
    const client = await installedClient(variant);
    for (const [at, more] of [["plugin"], [], ["other"]].entries())
      await runClient(client, { args: ["claude", "Stop", ...more], stdin: JSON.stringify({ at }) });
    const files = (await client.drops()).map(({ bytes }) => parseDropFile(bytes, Date.now()));
    const told = files.map((file) =>
      file.is === "request" ? [file.request.payload["at"], file.request.via] : [],
    );
    expect(new Map(told.map(([at, via]) => [at, via]))).toEqual(
      new Map([
        [0, "plugin"],
        [1, undefined],
        [2, undefined],
      ]),
    );
  });

  test("tells its parent's pid where the CLI names none", async () => {
    const daemon = await fakeDaemon((_, response) => response.end());
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    await runClient(client, { stdin: "{}" });
    expect(daemon.seen[0]?.headers["x-fleet-pid"]).toBe(String(process.pid));
  });

  test.each([
    ["nothing at 204", 204, {}, "", silence],
    ["an empty body", 200, {}, "", silence],
    [
      "X-Fleet-Exit: 2, with the body on stderr",
      200,
      { "x-fleet-exit": "2" },
      "you have mail",
      { code: 2, stdout: "", stderr: "you have mail" },
    ],
    ["a body of 9 KB", 200, {}, "x".repeat(9000), { ...silence, stdout: "x".repeat(9000) }],
    [
      "a body that looks like headers",
      200,
      {},
      "a\r\n\r\nX-Fleet-Exit: 2\n\n",
      { ...silence, stdout: "a\r\n\r\nX-Fleet-Exit: 2\n\n" },
    ],
  ])("takes over %s", async (...[, status, headers, body, expected]) => {
    const daemon = await fakeDaemon((_seen, response) => response.writeHead(status, headers).end(body));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    expect(await runClient(client, { stdin: "{}" })).toMatchObject(expected);
    expect(await client.drops()).toEqual([]);
  });

  test("24 payloads of 100 KB at once arrive whole", async () => {
    const daemon = await fakeDaemon((seen, response) => response.end(markOf(seen.body)));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const sent = Array.from({ length: 24 }, (_, n) => payload(100_000, `no ${n}`));
    const results = await Promise.all(sent.map((stdin) => runClient(client, { stdin })));
    const dropped = (await client.drops()).map(({ bytes }) => parseDropFile(bytes, Date.now()));
    // On a machine too busy for the budget a payload lands in the drop folder: whole, too.
    const files = dropped.map((file) =>
      file.is === "request" ? JSON.stringify(file.request.payload) : file.is,
    );
    expect(new Set([...daemon.seen.map(({ body }) => body.toString()), ...files])).toEqual(new Set(sent));
    results.forEach((result, n) => expect(["", `no ${n}`]).toContain(result.stdout));
    expect(results.filter(({ stdout }) => stdout === "").length).toBeLessThanOrEqual(dropped.length);
  });

  test("a payload of 10 MB arrives whole", async () => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const stdin = payload(10_000_000);
    expect(await runClient(client, { stdin })).toMatchObject({ ...silence, stdout: "ok" });
    expect(daemon.seen[0]?.body.equals(Buffer.from(stdin))).toBe(true);
  });

  test("takes an answer in chunks", async () => {
    const daemon = await fakeDaemon((_, response) => {
      response.write("0\r\n\r\n");
      setImmediate(() => response.end("ü".repeat(3000)));
    });
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    expect(await runClient(client, { stdin: "{}" })).toMatchObject({
      stdout: `0\r\n\r\n${"ü".repeat(3000)}`,
    });
  });

  test.each([
    [{ ZELLIJ_SOCKET_DIR: "/z", XDG_RUNTIME_DIR: "/r" }, "7 /z/my work"],
    [{ XDG_RUNTIME_DIR: "/r" }, "7 /r/zellij/my work"],
    [{ TMPDIR: "/t" }, `7 /t/zellij-${process.getuid?.()}/my work`],
    [{ XDG_RUNTIME_DIR: "/r\nX-Fleet-Role: admin" }, undefined],
  ])("with %j it tells its place in zellij as %s", async (folders, told) => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const env = { ZELLIJ: "0", ZELLIJ_PANE_ID: "7", ZELLIJ_SESSION_NAME: "my work", ...folders };
    expect(await runClient(client, { stdin: "{}", env })).toMatchObject({ stdout: "ok" });
    expect(daemon.seen[0]?.headers["x-fleet-zellij"]).toBe(told);
    expect(daemon.seen[0]?.headers["x-fleet-role"] ?? "").toBe("");
  });

  test("a line break in the environment becomes no header", async () => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const env = { FLEET_SESSION: "x\r\nX-Fleet-Role: admin", TMUX_PANE: "%1\nX-Fleet-Parent: all" };
    expect(await runClient(client, { stdin: "{}", env })).toMatchObject({ stdout: "ok" });
    expect(daemon.seen[0]?.headers["x-fleet-role"] ?? "").toBe("");
    expect(daemon.seen[0]?.headers["x-fleet-parent"] ?? "").toBe("");
  });

  test.each([
    ["Grok runs Claude's hooks", { GROK_HOOK_EVENT: "stop" }, ["claude", "Stop"], 0],
    ["Claude runs within Grok", { GROK_HOOK_EVENT: "stop", CLAUDECODE: "1" }, ["claude", "Stop"], 1],
    ["it has no arguments", {}, [], 0],
    ["an argument is a path", {}, ["../x", "Stop"], 0],
    ["the event is none", {}, ["claude", "a/../b"], 0],
  ])("when %s: ends silently", async (...[, env, args, requests]) => {
    const daemon = await fakeDaemon((_seen, response) => response.end());
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    expect(await runClient(client, { stdin: "{}", args, env })).toMatchObject(silence);
    expect(daemon.seen).toHaveLength(requests);
    expect(await client.drops()).toEqual([]);
  });
});
