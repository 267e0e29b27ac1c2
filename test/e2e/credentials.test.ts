import { connectBus, streamId } from "@fleetbus/core/bus";
import { inboxPrefixOf, sessionApiPrefix } from "@fleetbus/daemon/server";
import { jetstream } from "@nats-io/jetstream";
import { headers } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api, connectAs, web, world, type World } from "./credentials-fixture.ts";
import { authenticate, cleanup, connectWith } from "./server-fixture.ts";

const owner = cleanup();
let at: World;
beforeAll(async () => {
  at = await world(owner);
});
afterAll(() => owner.run());

const next = (durable: string, stream = "MAIN_INBOX") =>
  `${sessionApiPrefix}.CONSUMER.MSG.NEXT.${stream}.${durable}`;

const oneMessage = '{"batch":1,"expires":2000000000}';
/** A delivery shows the stream's subject, so that a shared reply subscription would not know it. */
const pulling = { noMux: true, timeout: 3000 };

describe("a session's credential", () => {
  it("publishes as itself, to any mailbox and as its own events, deduplicated, with an independent client", async () => {
    const nc = await connectAs(at, web, owner);
    const options = headers();
    options.set("Nats-Msg-Id", "once");
    options.set("Nats-TTL", "10m");
    const send = () =>
      nc.request("fleet.main.inbox.lab.api.lab.web", "hello", { headers: options, timeout: 3000 });
    expect((await send()).json()).toMatchObject({ stream: "MAIN_INBOX", seq: 1 });
    expect((await send()).json()).toMatchObject({ seq: 1, duplicate: true });
    const event = await nc.request("fleet.main.event.lab.web.turn.stopped", "{}");
    expect(event.json()).toMatchObject({ stream: "MAIN_EVENTS" });
    expect((await at.main.get("INBOX", 1))?.subject).toBe("fleet.main.inbox.lab.api.lab.web");
  });

  it("reads and acknowledges its own inbox through the import", async () => {
    const nc = await connectAs(at, api, owner);
    const message = await nc.request(next("lab=api"), oneMessage, pulling);
    expect(message.string()).toBe("hello");
    expect(message.reply).toMatch(/^\$JS\.ACK\.MAIN_INBOX\.lab=api\./);
    await nc.request(message.reply ?? "", "+ACK");
    expect(await at.main.consumers("INBOX")).toContainEqual(
      expect.objectContaining({ name: "lab=api", ackPending: 0, ackFloor: 1 }),
    );
  });

  it("works with nats.js: fetch, consume and ackAck without asking for the consumer", async () => {
    const nc = await connectWith(at.server, owner, {
      authenticator: authenticate(at.credentials.mintSession(api)),
      inboxPrefix: inboxPrefixOf(api),
    });
    const js = jetstream(nc, { apiPrefix: sessionApiPrefix });
    for (let i = 0; i < 5; i++) await js.publish("fleet.main.inbox.lab.api.lab.api", `note ${i}`);
    const consumer = js.consumers.getConsumerFromInfo(
      await at.manager.consumers.info("MAIN_INBOX", "lab=api"),
    );
    const fetched: string[] = [];
    for await (const message of await consumer.fetch({ max_messages: 3, expires: 2000 })) {
      fetched.push(message.string());
      expect(await message.ackAck()).toBe(true);
    }
    for await (const message of await consumer.consume({ max_messages: 2 })) {
      fetched.push(message.string());
      await message.ackAck();
      if (fetched.length === 5) break;
    }
    expect(fetched).toEqual(["note 0", "note 1", "note 2", "note 3", "note 4"]);
  });

  it("publishes through core's bus while the daemon is away", async () => {
    const bus = await connectBus({
      servers: at.server.status().url,
      ns: "main",
      name: "pub",
      credentials: { creds: at.credentials.mintSession(web) },
      inboxPrefix: inboxPrefixOf(web),
      apiPrefix: sessionApiPrefix,
      mode: "once",
    });
    owner.add(() => bus.close());
    const message = {
      subject: "fleet.main.inbox.lab.api.lab.web",
      headers: {},
      data: Buffer.from("alone"),
      dedupeId: "alone",
    };
    expect(await bus.publish(message)).toMatchObject({ stream: "INBOX", isDuplicate: false });
  });

  it("of another namespace works on the same server, beside this one", async () => {
    const identity = { ns: "other", ...web };
    const nc = await connectAs(at, identity, owner);
    await nc.request("fleet.other.inbox.lab.web.lab.web", "elsewhere");
    const message = await nc.request(next("lab=web", streamId("other", "INBOX")), oneMessage, pulling);
    expect(message.string()).toBe("elsewhere");
  });

  it("is taken at once when it is minted: no reload, hundreds of new ones", async () => {
    const loaded = async () =>
      (await fetch(`${at.server.status().monitorUrl}/varz`, { signal: AbortSignal.timeout(5000) })).json();
    const before: unknown = await loaded();
    const since = performance.now();
    const minted = Array.from({ length: 300 }, (_, i) =>
      at.credentials.mintSession({ machine: "lab", session: `s${i}` }),
    );
    const eachMs = (performance.now() - since) / minted.length;
    expect(new Set(minted).size).toBe(300);
    for (const session of ["s0", "s150", "s299"]) {
      const nc = await connectAs(at, { machine: "lab", session }, owner);
      const ack = await nc.request(`fleet.main.inbox.lab.api.lab.${session}`, "new");
      expect(ack.json()).toMatchObject({ stream: "MAIN_INBOX" });
    }
    expect(configLoadTime(await loaded())).toBe(configLoadTime(before));
    console.log(`minting a credential: ${eachMs.toFixed(3)} ms`);
  });
});

function configLoadTime(varz: unknown): unknown {
  return varz !== null && typeof varz === "object" && "config_load_time" in varz
    ? varz.config_load_time
    : undefined;
}
