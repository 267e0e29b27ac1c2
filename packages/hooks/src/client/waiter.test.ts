import { spawn } from "node:child_process";
import type { ServerResponse } from "node:http";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { closedPort, fakeDaemon, installedClient, startClient, type Variant } from "./client.test.support.ts";

const stdin = `{"hook_event_name":"Stop","session_id":"s1"}`;
const args = ["wait", "claude"];
const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 10_000, interval: 10 });

/** A daemon that holds each waiter's answer until the test gives it. */
async function holdingDaemon() {
  const held: ServerResponse[] = [];
  const daemon = await fakeDaemon((_, response) => void held.push(response));
  return { ...daemon, held };
}

/** A process to be the waiter's CLI. */
function fakeCli() {
  const child = spawn("sleep", ["60"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

describe.each<Variant>(["bash", "curl"])("the %s waiter", (variant) => {
  test("holds until the daemon wants the session woken: text on stderr, exit 2", async () => {
    const daemon = await holdingDaemon();
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const { child, ended } = startClient(client, { args, stdin, env: { CLAUDE_PID: String(process.pid) } });
    await until(() => daemon.held.length === 1);
    expect(daemon.seen[0]).toMatchObject({
      url: "/v1/wait/claude",
      headers: { authorization: "Bearer secret-token", "x-fleet-pid": String(process.pid) },
    });
    expect(daemon.seen[0]?.body.toString()).toBe(stdin);
    expect(child.exitCode).toBeNull();
    daemon.held[0]?.writeHead(200, { "x-fleet-exit": "2" }).end("mail for you [fleet:abc123]");
    expect(await ended).toMatchObject({ code: 2, stdout: "", stderr: "mail for you [fleet:abc123]" });
  });

  test("ends silently when another waiter took over", async () => {
    const daemon = await holdingDaemon();
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const { ended } = startClient(client, { args, stdin });
    await until(() => daemon.held.length === 1);
    daemon.held[0]?.writeHead(204).end();
    expect(await ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await client.drops()).toEqual([]);
  });

  test("finds a restarted daemon by the endpoint file and waits there", async () => {
    const [first, second] = [await holdingDaemon(), await holdingDaemon()];
    const client = await installedClient(variant);
    await client.pointAt(first.port);
    const { ended } = startClient(client, { args, stdin });
    await until(() => first.held.length === 1);
    await client.pointAt(second.port);
    first.close();
    await until(() => second.held.length === 1);
    expect(second.seen[0]?.body.toString()).toBe(stdin);
    second.held[0]?.writeHead(200, { "x-fleet-exit": "2" }).end("woken");
    expect(await ended).toMatchObject({ code: 2, stderr: "woken" });
    await expect(access(join(client.folder, "hooks", `waiting-${process.pid}`))).rejects.toThrow("ENOENT");
  });

  test("ends when its CLI is gone and there is no daemon", async () => {
    const cli = fakeCli();
    const client = await installedClient(variant);
    await client.pointAt(await closedPort());
    const { ended } = startClient(client, { args, stdin, env: { CLAUDE_PID: String(cli.pid) } });
    cli.kill("SIGKILL");
    expect(await ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await client.drops()).toEqual([]);
  });

  test("while there is no daemon only the newest waiter of a session stays", async () => {
    const cli = fakeCli();
    const client = await installedClient(variant);
    await client.pointAt(await closedPort());
    const env = { CLAUDE_PID: String(cli.pid) };
    const waiters = [];
    for (let n = 0; n < 3; n++) {
      waiters.push(startClient(client, { args, stdin, env }));
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const [first, second, third] = waiters;
    await Promise.all([first?.ended, second?.ended]);
    expect(third?.child.exitCode).toBeNull();
    cli.kill("SIGKILL");
    expect(await third?.ended).toMatchObject({ code: 0 });
    await expect(access(join(client.folder, "hooks", `waiting-${cli.pid}`))).rejects.toThrow("ENOENT");
  });

  test("a waiter of another session is no rival", async () => {
    const daemonless = await closedPort();
    const client = await installedClient(variant);
    await client.pointAt(daemonless);
    const [one, other] = [fakeCli(), fakeCli()].map((cli) =>
      startClient(client, { args, stdin, env: { CLAUDE_PID: String(cli.pid) } }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([one?.child.exitCode, other?.child.exitCode]).toEqual([null, null]);
  });

  test("is ended by the CLI's signal", async () => {
    const daemon = await holdingDaemon();
    const client = await installedClient(variant);
    await client.pointAt(daemon.port);
    const { child } = startClient(client, { args, stdin });
    await until(() => daemon.held.length === 1);
    child.kill("SIGTERM");
    await until(() => child.signalCode !== null || child.exitCode !== null);
    expect(child.exitCode ?? 0).not.toBe(2);
  });
});
