import { createServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { FleetError } from "@fleetbus/core";
import { connectBus, inboxConsumer, type ConnectOptions } from "@fleetbus/core/bus";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const base = { ns: "main", name: "connect", mode: "once" } as const;
const note = (from: string) => ({
  subject: `fleet.main.inbox.lab.web.lab.${from}`,
  headers: { "ce-id": from },
  data: new Uint8Array(),
  dedupeId: from,
});

describe("connecting once", () => {
  test("to nobody is refused as unavailable within its half second, without the password", async () => {
    const startedAt = performance.now();
    const error = await rejection({ ...base, servers: "nats://me:secret@127.0.0.1:9" });
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("127.0.0.1:9") });
    expect(error.message).not.toContain("secret");
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test("to one that never speaks is refused as unavailable", async () => {
    const servers = await listen(() => undefined);
    expect(await rejection({ ...base, servers })).toMatchObject({ code: "unavailable" });
  });

  test("with a credential that the server does not take is refused as unauthorized", async () => {
    const server = await start('authorization { users: [{ user: "me", password: "right" }] }');
    const servers = server.url.replace("//", "//me:wrong@");
    expect(await rejection({ ...base, servers })).toMatchObject({ code: "unauthorized" });
    expect(await rejection({ ...base, servers, mode: "daemon" })).toMatchObject({ code: "unauthorized" });
  });

  test.each([
    {
      who: "a user and password",
      config: 'authorization { user: "me", password: "s p" }',
      credentials: { user: "me", password: "s p" },
      userinfo: "me:s%20p",
    },
    {
      who: "a token",
      config: 'authorization { token: "t0ken" }',
      credentials: { token: "t0ken" },
      userinfo: "t0ken",
    },
  ])("takes $who as an option or in the URL", async ({ config, credentials, userinfo }) => {
    const server = await start(config);
    expect((await open({ ...base, servers: server.url, credentials })).isConnected()).toBe(true);
    expect((await open({ ...base, servers: server.url.replace("//", `//${userinfo}@`) })).isConnected()).toBe(
      true,
    );
  });

  test("ends with its connection: nothing waits for a server that went away", async () => {
    const server = await start();
    const bus = await open({ ...base, servers: server.url });
    await bus.ensureLayout();
    await bus.publish(note("api"));
    const { signal } = new AbortController();
    const seen: string[] = [];
    for await (const { subject } of bus.read("INBOX", { subjects: ["fleet.main.>"], from: "all", signal })) {
      seen.push(subject);
      await server.kill("SIGKILL");
    }
    expect(seen).toEqual([note("api").subject]);
    await expect(bus.publish(note("api"))).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("connecting as a daemon", () => {
  test("waits for a server that comes up later", async () => {
    const server = await start();
    await server.kill("SIGTERM");
    const problems: string[] = [];
    const connecting = open({
      ...base,
      servers: server.url,
      mode: "daemon",
      onProblem: ({ code }) => problems.push(code),
    });
    while (problems.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await server.restart();
    expect((await connecting).isConnected()).toBe(true);
    expect(new Set(problems)).toEqual(new Set(["unavailable"]));
  });

  test("stops waiting when its signal aborts", async () => {
    const signal = AbortSignal.timeout(100);
    await expect(
      connectBus({ ...base, servers: "nats://127.0.0.1:9", mode: "daemon", signal }),
    ).rejects.toBeDefined();
  });
});

describe("a server that is too old", () => {
  test.each([
    { how: "by its version", version: "2.10.27", level: undefined, reason: "2.10.27" },
    { how: "by its feature level", version: "2.14.0", level: 3, reason: "feature level 3" },
    { how: "by having no feature level", version: "2.14.0", level: undefined, reason: "feature level 0" },
  ])("$how is refused with the reason and a way out", async ({ version, level, reason }) => {
    const servers = await listen(oldServer(version, level));
    const error = await rejection({ ...base, servers });
    expect(error).toMatchObject({ code: "version", message: expect.stringContaining(reason) });
    expect(error.message).toMatch(/fleet needs 2\.14 or newer .*fleet up/);
  });

  test("is refused no more once it is new enough", async () => {
    const servers = await listen(oldServer("2.14.0", 4));
    const bus = await open({ ...base, servers });
    expect(bus.isConnected()).toBe(true);
  });
});

describe("a session of its own account", () => {
  test("publishes as itself through the import, on its own inbox, and as nobody else", async () => {
    const server = await start(accounts);
    const daemon = await open({ ...base, servers: server.url.replace("//", "//hub:hub@"), mode: "daemon" });
    await daemon.ensureLayout();
    const problems: string[] = [];
    const session = await open({
      ...base,
      servers: server.url.replace("//", "//web:web@"),
      inboxPrefix: "_INBOX_lab_web",
      apiPrefix: "HUBJS.API",
      onProblem: ({ code }) => problems.push(code),
    });
    expect(await session.publish(note("web"))).toEqual({ stream: "INBOX", seq: 1, isDuplicate: false });
    expect(await session.publish(note("web"))).toMatchObject({ isDuplicate: true });
    await expect(session.publish(note("api"))).rejects.toMatchObject({ code: "unauthorized" });
    await expect(session.ensureLayout()).rejects.toMatchObject({ code: "unauthorized" });
    await expect(
      session.consumer(inboxConsumer("main", { machine: "lab", session: "web" })),
    ).rejects.toMatchObject({
      code: "unauthorized",
    });
    expect(problems).toContain("unauthorized");
    expect((await daemon.streams())[1]).toMatchObject({ name: "INBOX", messages: 1 });
  });
});

/** The two accounts of NATS.md, decision 6, as configuration. */
const accounts = `
accounts {
  HUB {
    jetstream: enabled
    users: [{ user: "hub", password: "hub" }]
    exports: [{ service: "fleet.main.inbox.*.*.*.*" }, { service: "$JS.API.CONSUMER.MSG.NEXT.MAIN_INBOX.*", response: stream }]
  }
  SESSIONS {
    users: [{
      user: "web", password: "web"
      permissions {
        publish: { allow: ["fleet.main.inbox.*.*.lab.web", "HUBJS.API.CONSUMER.MSG.NEXT.MAIN_INBOX.lab=web"] }
        subscribe: { allow: ["_INBOX_lab_web.>"] }
      }
    }]
    imports: [
      { service: { account: HUB, subject: "fleet.main.inbox.*.*.*.*" } }
      { service: { account: HUB, subject: "$JS.API.CONSUMER.MSG.NEXT.MAIN_INBOX.*" }, to: "HUBJS.API.CONSUMER.MSG.NEXT.MAIN_INBOX.*" }
    ]
  }
}
`;

async function start(config?: string): Promise<NatsServer> {
  const server = await startNatsServer(config === undefined ? {} : { config });
  cleanups.push(server.stop);
  return server;
}

async function open(options: ConnectOptions) {
  const bus = await connectBus(options);
  cleanups.push(() => bus.close());
  return bus;
}

async function rejection(options: ConnectOptions): Promise<FleetError> {
  return open(options).then(
    () => Promise.reject(new Error("it connected")),
    (error: FleetError) => error,
  );
}

/** A TCP server that answers each chunk of text; gives its URL. */
async function listen(answer: (received: string) => string | undefined): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    const say = (text: string | undefined) => text === undefined || socket.write(text);
    say(answer(""));
    socket.on("data", (chunk) => say(answer(chunk.toString())));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  return `nats://127.0.0.1:${port}`;
}

/** Says just as much of the NATS protocol as a handshake and one question about JetStream take. */
function oldServer(version: string, level: number | undefined) {
  const info = { server_id: "old", version, proto: 1, headers: true, max_payload: 1048576 };
  const account = JSON.stringify({ type: "io.nats.jetstream.api.v1.account_info_response", api: { level } });
  return (received: string) => {
    if (received === "") return `INFO ${JSON.stringify(info)}\r\n`;
    const asked = /PUB \$JS\.API\.INFO (\S+) /.exec(received);
    const pong = received.includes("PING") ? "PONG\r\n" : "";
    const sid = 1;
    return asked === null ? pong : `${pong}MSG ${asked[1]} ${sid} ${account.length}\r\n${account}\r\n`;
  };
}
