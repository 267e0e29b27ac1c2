import { spawn } from "node:child_process";
import { chmod, stat, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isDropName, parseDropFile } from "../request/drop-file.ts";
import {
  closedPort,
  fakeDaemon,
  installedClient,
  listening,
  onlyDrop,
  payload,
  runClient,
  silence,
  startClient,
  type ClientUnderTest,
  type Variant,
} from "./client.test.support.ts";

describe.each<Variant>(["bash", "curl"])("the %s client", (variant) => {
  test.each([
    ["nothing listens", async (client: ClientUnderTest) => client.pointAt(await closedPort())],
    ["there is no endpoint file", async () => undefined],
    [
      "the endpoint file is garbage",
      (client: ClientUnderTest) => writeFile(join(client.folder, "hooks", "endpoint"), "port=1; rm -rf\n\0"),
    ],
  ])("[row 102] leaves one private file and is silent when %s", async (_, arrange) => {
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

  test.each([401, 404, 500, 503])(
    "[row 102] leaves a file and is silent when the daemon answers %d",
    async (status) => {
      const daemon = await fakeDaemon((_, response) => response.writeHead(status).end("no"));
      const client = await installedClient(variant);
      await client.pointAt(daemon.port);
      expect(await runClient(client, { stdin: `{"a":1}` })).toMatchObject(silence);
      expect((await onlyDrop(client)).file).toMatchObject({ is: "request", request: { payload: { a: 1 } } });
      expect([(await onlyDrop(client)).name]).toEqual(
        daemon.seen.map(({ headers }) => `${String(headers["x-fleet-id"])}.req`),
      );
    },
  );

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
