import { execFileSync, spawn } from "node:child_process";
import { chmod, stat, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isDropName, parseDropFile } from "../request/drop-file.ts";
import {
  closedPort,
  fakeDaemon,
  installedClient,
  listening,
  runClient,
  startClient,
  type ClientUnderTest,
  type Variant,
} from "./client.test.support.ts";

const payload = (bytes: number, mark = "") =>
  JSON.stringify({ session_id: "s1", mark, text: "ü".repeat(bytes / 2) });
const silence = { code: 0, stdout: "", stderr: "" };

/** The one file in the drop folder, read; fails when there is not exactly one. */
async function onlyDrop(client: ClientUnderTest) {
  const drops = await client.drops();
  expect(drops).toHaveLength(1);
  const [{ name, bytes } = { name: "", bytes: Buffer.alloc(0) }] = drops;
  expect(isDropName(name)).toBe(true);
  return { name, bytes, file: parseDropFile(bytes, Date.now()) };
}

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
  ])("takes over %s", async (_, status, headers, body, expected) => {
    const daemon = await fakeDaemon((_seen, response) => response.writeHead(status, headers).end(body));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    expect(await runClient(client, { stdin: "{}" })).toMatchObject(expected);
    expect(await client.drops()).toEqual([]);
  });

  test("24 payloads of 100 KB at once arrive whole", async () => {
    const daemon = await fakeDaemon((seen, response) => response.end(JSON.parse(seen.body.toString()).mark));
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

  test.each([
    ["nothing listens", async (client: ClientUnderTest) => client.pointAt(await closedPort())],
    ["there is no endpoint file", async () => undefined],
    [
      "the endpoint file is garbage",
      (client: ClientUnderTest) => writeFile(join(client.folder, "hooks", "endpoint"), "port=1; rm -rf\n\0"),
    ],
  ])("leaves one private file when %s", async (_, arrange) => {
    const client = await installedClient(variant);
    await arrange(client);
    const stdin = payload(20_000) + "\n";
    const env = { TMUX_PANE: "%7", CLAUDE_PID: "99" };
    expect(await runClient(client, { stdin, env })).toMatchObject(silence);
    const { name, bytes, file } = await onlyDrop(client);
    expect(file).toMatchObject({
      is: "request",
      request: {
        cli: "claude",
        event: "Stop",
        pane: "%7",
        pid: 99,
        payload: JSON.parse(stdin),
        id: name.slice(0, -4),
      },
    });
    expect(bytes.toString()).not.toContain("Authorization");
    expect((await stat(join(client.dropDir, name))).mode & 0o777).toBe(0o600);
    expect((await stat(client.dropDir)).mode & 0o777).toBe(0o700);
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

  test.each([401, 404, 500, 503])("leaves a file when the daemon answers %d", async (status) => {
    const daemon = await fakeDaemon((_, response) => response.writeHead(status).end("no"));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    expect(await runClient(client, { stdin: `{"a":1}` })).toMatchObject(silence);
    expect((await onlyDrop(client)).file).toMatchObject({ is: "request", request: { payload: { a: 1 } } });
    expect((await onlyDrop(client)).name).toBe(`${daemon.seen[0]?.headers["x-fleet-id"]}.req`);
  });

  test.each([
    ["within the headers", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["within the body", 'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"hookSpecificOutput":'],
    ["within a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nhel"],
    ["without saying how long its answer is", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"],
    ["before it says anything", ""],
  ])("prints nothing and leaves a file when the daemon dies %s", async (_, part) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(part, () => socket.destroy()));
    });
    const port = await listening(server);
    onTestFinished(() => void server.close());
    const client = await installedClient(variant);
    await client.pointAt(port);
    expect(await runClient(client, { stdin: `{"a":1}` })).toMatchObject(silence);
    expect((await onlyDrop(client)).file.is).toBe("request");
  });

  test.each([
    ["Stop", 2000],
    ["SessionEnd", 1000],
  ])("leaves a file when the daemon hangs, within the budget of %s", async (event, budgetMs) => {
    const daemon = await fakeDaemon(() => undefined);
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const result = await runClient(client, { args: ["claude", event], stdin: `{"a":1}` });
    expect(result).toMatchObject(silence);
    expect(result.ms).toBeGreaterThan(budgetMs * 0.9);
    expect(result.ms).toBeLessThan(budgetMs * 2);
    expect((await onlyDrop(client)).file).toMatchObject({ is: "request", request: { event } });
  });

  test.each([7, 10_000_000])(
    "a stopped daemon with a full backlog blocks neither connect nor the write of %d bytes",
    async (bytes) => {
      const port = await stoppedDaemon();
      const client = await installedClient(variant);
      await client.pointAt(port);
      const result = await runClient(client, { stdin: payload(bytes) });
      expect(result).toMatchObject(silence);
      expect(result.ms).toBeLessThan(2500);
      expect((await onlyDrop(client)).file.is).toBe("request");
    },
  );

  test.each(["", `{"session_id":`])("tells apart a payload that never ends (%j)", async (part) => {
    const daemon = await fakeDaemon((_, response) => response.end("no"));
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const { child, ended } = startClient(client, {});
    child.stdin?.write(part);
    expect(await ended).toMatchObject(silence);
    expect(daemon.seen).toEqual([]);
    expect((await onlyDrop(client)).file).toMatchObject({
      is: "torn",
      reason: expect.stringContaining("stdin"),
      facts: { cli: "claude", event: "Stop", pid: process.pid },
    });
  });

  test("is silent when there is nowhere to leave a file", async () => {
    const parent = await installedClient(variant);
    await writeFile(join(parent.folder, "file"), "");
    const client = await installedClient(variant, join(parent.folder, "file", "drop"));
    expect(await runClient(client, { stdin: "{}" })).toMatchObject(silence);
  });

  test("is silent when the disk is full, and what it left is recognised as torn", async () => {
    const client = await installedClient(variant);
    const limited = `trap '' XFSZ; ulimit -f 8; exec "${client.file}" claude Stop`;
    await writeFile(join(client.folder, "limited"), `#!/bin/bash\n${limited}\n`);
    await chmod(join(client.folder, "limited"), 0o755);
    const result = await runClient(
      { ...client, file: join(client.folder, "limited") },
      { stdin: payload(100_000) },
    );
    expect(result).toMatchObject(silence);
    expect((await onlyDrop(client)).file.is).toBe("torn");
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
  ])("when %s: ends silently", async (_, env, args, requests) => {
    const daemon = await fakeDaemon((_seen, response) => response.end());
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    expect(await runClient(client, { stdin: "{}", args, env })).toMatchObject(silence);
    expect(daemon.seen).toHaveLength(requests);
    expect(await client.drops()).toEqual([]);
  });

  test(
    "killed at any moment it leaves nothing, a whole file or one that is recognised as torn",
    { timeout: 60_000 },
    async () => {
      const client = await installedClient(variant);
      const stdin = payload(3_000_000);
      const took = Math.max(
        ...(await Promise.all([1, 2].map(() => runClient(client, { stdin })))).map(({ ms }) => ms),
      );
      for (let n = 0; n < 40; n++) {
        const { child, ended } = startClient(client, { stdin });
        const timer = setTimeout(() => child.kill("SIGKILL"), (took * n) / 40);
        await ended;
        clearTimeout(timer);
      }
      const found = (await client.drops()).map(({ name, bytes }) => [
        isDropName(name),
        parseDropFile(bytes, Date.now()).is,
      ]);
      expect(found.filter(([isName, is]) => !isName || is === "foreign")).toEqual([]);
      expect(found.filter(([, is]) => is === "request").length).toBeGreaterThanOrEqual(2);
    },
  );
});

describe("the bash client", () => {
  test("starts no process, with the daemon up or down", async () => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient("bash");
    await client.pointAt(daemon.port);
    const env = { PATH: "/nonexistent" };
    expect(await runClient(client, { stdin: payload(1000), env })).toMatchObject({
      ...silence,
      stdout: "ok",
    });
    daemon.close();
    execFileSync("mkdir", ["-m", "700", client.dropDir]);
    expect(await runClient(client, { stdin: payload(1000), env })).toMatchObject(silence);
    expect((await onlyDrop(client)).file.is).toBe("request");
  });

  test("takes nothing from the user's shell set-up", async () => {
    const daemon = await fakeDaemon((_, response) => response.end("ok"));
    const client = await installedClient("bash");
    await client.pointAt(daemon.port);
    await writeFile(join(client.folder, "env"), "echo from BASH_ENV\n");
    const env = {
      BASH_ENV: join(client.folder, "env"),
      "BASH_FUNC_printf%%": "() { echo hijacked; }",
      LC_ALL: "C.UTF-8",
    };
    expect(await runClient(client, { stdin: "{}", env })).toMatchObject({ ...silence, stdout: "ok" });
  });

  test("a payload over 32 MB is cut, and told as cut", { timeout: 60_000 }, async () => {
    const client = await installedClient("bash");
    await runClient(client, { stdin: Buffer.alloc(34_000_000, 120) });
    expect((await onlyDrop(client)).file).toMatchObject({
      is: "torn",
      reason: expect.stringContaining("size"),
    });
  });
});

/** A listener that was stopped with its backlog full: the kernel answers no further connect. */
async function stoppedDaemon(): Promise<number> {
  const script = `const s=require("net").createServer(()=>{});s.listen({port:0,host:"127.0.0.1",backlog:1},()=>console.log(s.address().port))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const port = await new Promise<number>((resolve) =>
    child.stdout.once("data", (text: Buffer) => resolve(Number(text))),
  );
  child.kill("SIGSTOP");
  for (let n = 0; n < 4; n++) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
  }
  // Two of them fill the backlog; the others stay unanswered.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return port;
}
