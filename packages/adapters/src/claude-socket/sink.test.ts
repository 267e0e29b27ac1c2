import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { bareNotice, systemClock, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { claudeSocket } from "./adapter.ts";

/** A session's messaging socket: takes newline JSON, answers nothing. */
interface Messaging {
  readonly path: string;
  /** What was written, line by line. */
  readonly lines: string[];
  readonly server: Server;
  readonly folder: string;
  readonly open: Set<Socket>;
}

async function startMessaging(): Promise<Messaging> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-msg-"));
  const path = join(folder, "1.sock");
  const lines: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    let text = "";
    open.add(socket);
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const parts = (text + chunk).split("\n");
      text = parts.pop() ?? "";
      lines.push(...parts);
    });
    socket.on("close", () => open.delete(socket));
  });
  server.listen(path);
  await once(server, "listening");
  return { path, lines, server, folder, open };
}

async function stopMessaging({ server, folder, open }: Messaging): Promise<void> {
  for (const socket of open) socket.destroy();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
}

function wake(messaging: Messaging, change: Readonly<Record<string, unknown>> = {}, n = 1): FleetEvent {
  const data = {
    to: { machine: "lab", session: "web" },
    rung: "socket",
    nonce: `nonce${n}00000`,
    idleGeneration: 1,
    deadline: new Date(Date.now() + 10_000).toISOString(),
    text: `2 messages wait; run: fleet inbox [fleet:nonce${n}00000]`,
    cli: "claude",
    messagingSocket: messaging.path,
    ...change,
  };
  const from = { machine: "lab", session: "me" };
  return {
    id: `wake${n}`,
    kind: "wake.socket",
    from,
    time: new Date().toISOString(),
    origin: "system",
    data,
  };
}

async function farSide(): Promise<FarSide> {
  const messaging = await startMessaging();
  const idOf = (line: string) => `wake${/nonce(\d+?)00000/.exec(line)?.[1]}`;
  return {
    event: (n) => wake(messaging, {}, n),
    arrivals: async () => messaging.lines.map((line) => ({ eventId: idOf(line), bytes: line.length })),
    foreignEvent: () => wake(messaging, { text: 7 }),
    leave: () => stopMessaging(messaging),
    close: () => stopMessaging(messaging),
  };
}

adapterConformance({
  adapter: claudeSocket,
  validConfig: {},
  harness: { can: ["foreignEvent", "leave"], start: farSide },
  runner: { describe, test },
});

describe("the claude-socket adapter", () => {
  let messaging: Messaging;
  beforeEach(async () => {
    messaging = await startMessaging();
  });
  afterEach(() => stopMessaging(messaging));

  const send = async (event: FleetEvent, isWanted = true) => {
    const { sink } = claudeSocket.open({ timeoutMs: 1000 }, contextOf(isWanted));
    await sink!.connect(AbortSignal.timeout(1000));
    const receipt = await sink!.send(event, AbortSignal.timeout(5000), bareNotice(event));
    await sink!.close();
    return receipt;
  };

  test("writes the text as one user message, as the CLI's own recipe does", async () => {
    expect(await send(wake(messaging, { text: "line one\nline two" }))).toEqual({});
    expect(messaging.lines.map((line): unknown => JSON.parse(line))).toEqual([
      { type: "user", message: { role: "user", content: "line one\nline two" } },
    ]);
  });

  test("writes the token before it, where the wake carries one", async () => {
    await send(wake(messaging, { messagingToken: "0123abcd" }));
    expect(messaging.lines[0]).toBe('{"type":"auth","token":"0123abcd"}');
    expect(messaging.lines).toHaveLength(2);
  });

  test("writes nothing that is no longer wanted or too late", async () => {
    expect(await send(wake(messaging), false)).toEqual({ skipped: "no longer wanted" });
    const late = wake(messaging, { deadline: new Date(Date.now() - 1).toISOString() });
    expect(await send(late)).toEqual({ skipped: "the deadline passed" });
    expect(messaging.lines).toEqual([]);
  });

  test("writes to no file, no link to a socket and nothing that is not there", async () => {
    const file = join(messaging.folder, "file");
    const link = join(messaging.folder, "link");
    await writeFile(file, "");
    await symlink(messaging.path, link);
    const reasons = [
      [file, `${file} is not a socket`],
      [link, `${link} is not a socket`],
      [join(messaging.folder, "gone"), "its messaging socket is gone"],
      [undefined, "its messaging socket is not known"],
    ] as const;
    for (const [messagingSocket, skipped] of reasons) {
      expect(await send(wake(messaging, { messagingSocket }))).toEqual({ skipped });
    }
    expect(messaging.lines).toEqual([]);
  });

  test("skips a socket that a killed session left behind", async () => {
    const path = join(messaging.folder, "left.sock");
    const listen = `require("net").createServer().listen(${JSON.stringify(path)}, () => console.log("listening"))`;
    const session = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
    await once(session.stdout, "data");
    session.kill("SIGKILL");
    await once(session, "exit");
    const { skipped } = await send(wake(messaging, { messagingSocket: path }));
    expect(skipped).toMatch(/^writing to its messaging socket: .*ECONNREFUSED/);
  });

  test.runIf(process.getuid?.() === 0)("writes to no socket of another user", async () => {
    await chown(messaging.path, 65534, 65534);
    expect(await send(wake(messaging))).toEqual({ skipped: `${messaging.path} belongs to user 65534` });
    expect(messaging.lines).toEqual([]);
  });
});

function contextOf(isWanted: boolean): AdapterContext {
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  return {
    name: "socket",
    log,
    clock: systemClock,
    fetch: globalThis.fetch,
    ns: "main",
    addressesOf: async (host) => [host],
    stillWanted: async () => isWanted,
  };
}
