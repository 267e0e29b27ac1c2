import { readFile, stat, writeFile } from "node:fs/promises";
import { connect, credsAuthenticator } from "nats";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet();
  model = await startDemoModel();
  await fleet.startAgent({ name: "api", modelUrl: model.url });
  await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.untilState("api", ["idle"]);
  await fleet.untilState("web", ["idle"]);
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

describe("a wrong target", () => {
  it("[case 54] [row 49] is refused with exit 3, the sessions there are, and what was probably meant", async () => {
    const sent = await run("pub", "wbe", "hello");
    expect(sent.code).toBe(3);
    expect(sent.stderr).toContain("lab/web");
    expect(sent.stderr).toContain("wbe");
  });

  it("[row 9] gets a mailbox of its own only with --create, and keeps what was sent there", async () => {
    expect((await run("pub", "later", "for later", "--create")).code).toBe(0);
    expect((await run("inbox", "--session", "later", "--json")).json()).toMatchObject({
      items: [{ body: "for later" }],
    });
  });
});

describe("bad input", () => {
  it.each([
    { what: "an empty body", argv: ["pub", "web", ""], stdin: "" },
    { what: "a body of blanks on stdin", argv: ["pub", "web", "-"], stdin: " \n\t\n" },
    { what: "a body over the limit", argv: ["pub", "web", "-"], stdin: "x".repeat(1_000_000) },
    { what: "a binary body", argv: ["pub", "web", "-"], stdin: "a\0b" },
    { what: "an unknown flag", argv: ["pub", "web", "hello", "--lound"], stdin: "" },
    {
      what: "a wait that can never come true",
      argv: ["pub", "web", "hello", "--note", "--wait", "woken"],
      stdin: "",
    },
    { what: "an unknown priority", argv: ["pub", "web", "hello", "--priority", "huge"], stdin: "" },
    { what: "an id outside the grammar", argv: ["pub", "web", "hello", "--id", "Not An Id"], stdin: "" },
    { what: "an empty target", argv: ["pub", "", "hello"], stdin: "" },
    { what: "a folder as the body's file", argv: ["pub", "web", "--body-file", "/"], stdin: "" },
    { what: "an unknown command", argv: ["pubb"], stdin: "" },
  ])("$what is refused before anything is stored", async ({ argv, stdin }) => {
    const before = await storedMessages();
    const result = await fleetCommand(fleet, argv, { stdin });
    expect({ code: result.code, said: result.stderr.length > 0 }).toEqual({ code: 2, said: true });
    expect(result.stdout).toBe("");
    expect(await storedMessages()).toBe(before);
  });

  it("[want 24] the same id and body again is the same message; another body is a conflict", async () => {
    const first = await run("pub", "web", "once", "--note", "--id", "same-1", "--json");
    const again = await run("pub", "web", "once", "--note", "--id", "same-1", "--json");
    expect([first.json(), again.json()]).toMatchObject([{ isDuplicate: false }, { isDuplicate: true }]);
    const other = await run("pub", "web", "twice", "--note", "--id", "same-1");
    expect(other.code).toBe(4);
    expect(other.stderr).toContain("another body");
  });

  it("a foreign message lies in the dead letters with the reason, and the next one arrives", async () => {
    const status = z
      .object({ server: z.object({ url: z.string() }) })
      .parse((await run("status", "--json")).json());
    const creds = await readFile(`${fleet.paths.dataDir}/creds/web.creds`);
    const nc = await connect({
      servers: status.server.url,
      authenticator: credsAuthenticator(creds),
      inboxPrefix: "_INBOX_main=lab=web",
    });
    nc.publish("fleet.main.inbox.lab.api.lab.web", "not an envelope");
    await nc.flush();
    await nc.close();
    const listed = await eventually(
      async () => {
        const { items } = z
          .object({ items: z.array(z.object({ reason: z.string() })) })
          .parse((await run("dead", "list", "--json")).json());
        return items.length > 0 ? items : undefined;
      },
      () => "a dead letter",
    );
    expect(listed).toHaveLength(1);
    expect((await run("pub", "api", "still works", "--wait", "done", "--timeout", "20s")).code).toBe(0);
  });
});

describe("an inbox", () => {
  it("[case 25] [row 13] another's is only looked at; one's own drains", async () => {
    await run("pub", "me", "for the human", "--note");
    await run("pub", "web", "for web", "--note");
    await run("inbox", "--session", "web");
    expect((await run("inbox", "--session", "web", "--json")).json()).toMatchObject({
      items: [{ body: "once" }, { body: "for web" }],
    });
    expect((await run("inbox", "--json")).json()).toMatchObject({ items: [{ body: "for the human" }] });
    expect((await run("inbox", "--json")).json()).toEqual({ items: [] });
  });
});

describe("the daemon's doors", () => {
  it("[case 28] [row 166] its socket is for its owner alone", async () => {
    expect((await stat(fleet.paths.socketFile)).mode & 0o777).toBe(0o600);
    expect((await stat(fleet.paths.endpointFile)).mode & 0o777).toBe(0o600);
  });

  it("[case 29] [row 167] a request without the token is refused with 401, one of a browser with 403", async () => {
    const port = await daemonPort();
    const url = `http://127.0.0.1:${port}/v1/status`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    const token = /token=(.*)/.exec(await readFile(fleet.paths.endpointFile, "utf8"))?.[1] ?? "";
    const authorization = `Bearer ${token}`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    expect((await fetch(url, { headers: { authorization, origin: "http://evil.example" } })).status).toBe(
      403,
    );
  });

  it("[case 33] [row 165] listens on loopback only, and no config can make it listen elsewhere", async () => {
    const port = (await daemonPort()).toString(16).toUpperCase().padStart(4, "0");
    const tables = await Promise.all(
      ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
    );
    const listening = tables
      .join("\n")
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[1] ?? "")
      .filter((local) => local.endsWith(`:${port}`));
    expect([...new Set(listening)]).toEqual([`0100007F:${port}`]);
    const config = await readFile(fleet.paths.configFile, "utf8");
    await writeFile(fleet.paths.configFile, `listen = "0.0.0.0:9000"\n${config}`);
    const checked = await run("config", "validate");
    await writeFile(fleet.paths.configFile, config);
    expect(checked.code).toBe(2);
    expect(checked.stderr).toContain("listen");
  });
});

describe("consumer list", () => {
  it("shows for each inbox and adapter what the server's own monitoring counts", async () => {
    await run("pause", "web");
    for (const n of [1, 2, 3]) await run("pub", "web", `backlog ${n}`);
    const listed = z
      .object({
        items: z.array(
          z.object({
            stream: z.string(),
            name: z.string(),
            pending: z.number(),
            ackPending: z.number(),
            redelivered: z.number(),
            lastDelivered: z.number(),
          }),
        ),
      })
      .parse((await run("consumer", "list", "--json")).json());
    const counted = await monitored();
    expect(listed.items.length).toBeGreaterThan(4);
    for (const item of listed.items) {
      expect({ name: item.name, ...counted.get(`MAIN_${item.stream} ${item.name}`) }).toEqual({
        name: item.name,
        pending: item.pending,
        ackPending: item.ackPending,
        redelivered: item.redelivered,
        lastDelivered: item.lastDelivered,
      });
    }
    expect(listed.items.find((item) => item.name === "lab=web")?.ackPending).toBeGreaterThanOrEqual(3);
    await run("resume", "web");
  });
});

async function daemonPort(): Promise<number> {
  return z.object({ port: z.number() }).parse((await run("status", "--json")).json()).port;
}

async function storedMessages(): Promise<number> {
  const { items } = z
    .object({ items: z.array(z.object({ name: z.string(), lastSeq: z.number() })) })
    .parse((await run("stream", "list", "--json")).json());
  return items.find((item) => item.name === "INBOX")?.lastSeq ?? -1;
}

const jszSchema = z.object({
  account_details: z.array(
    z.object({
      stream_detail: z
        .array(
          z.object({
            name: z.string(),
            consumer_detail: z
              .array(
                z.object({
                  name: z.string(),
                  num_pending: z.number(),
                  num_ack_pending: z.number(),
                  num_redelivered: z.number(),
                  delivered: z.object({ stream_seq: z.number() }),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    }),
  ),
});

/** The server's monitoring endpoint, over plain HTTP. */
async function monitored(): Promise<ReadonlyMap<string, object>> {
  const { server } = z
    .object({ server: z.object({ monitorUrl: z.string() }) })
    .parse((await run("status", "--json")).json());
  const answer = await fetch(`${server.monitorUrl}/jsz?accounts=true&streams=true&consumers=true`);
  const { account_details: accounts } = jszSchema.parse(await answer.json());
  const entries = accounts.flatMap(({ stream_detail: streams = [] }) =>
    streams.flatMap(({ name: stream, consumer_detail: consumers = [] }) =>
      consumers.map((each): [string, object] => [
        `${stream} ${each.name}`,
        {
          pending: each.num_pending,
          ackPending: each.num_ack_pending,
          redelivered: each.num_redelivered,
          lastDelivered: each.delivered.stream_seq,
        },
      ]),
    ),
  );
  return new Map(entries);
}
