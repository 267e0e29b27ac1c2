import { sessionApiPrefix } from "@fleetbus/daemon/server";
import { connect, credsAuthenticator, Events, headers, type MsgHdrs, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api, connectAs, contents, web, world, type World } from "./credentials-fixture.ts";
import { denied, forged, harmless, own, type Attack } from "./credentials-attacks.ts";
import { cleanup, until } from "./server-fixture.ts";

const owner = cleanup();
let at: World;
beforeAll(async () => {
  at = await world(owner);
  await seed(at);
});
afterAll(() => owner.run());

describe("with a session's credential, and nothing changed in any stream or foreign consumer afterwards", () => {
  it.each(denied)("%s is denied", async (_, attack) => {
    const before = await contents(at);
    const { nc, violations } = await attacker();
    publish(nc, attack);
    await until(() => violations.length > 0, 5000);
    expect(await contents(at)).toEqual(before);
  });

  it.each(harmless)("%s lands nothing", async (_, attack) => {
    const before = foreign(await contents(at));
    const { nc } = await attacker();
    publish(nc, attack);
    await nc.flush();
    await settled(nc);
    expect(foreign(await contents(at))).toEqual(before);
  });

  it("an acknowledgement of its own publish that goes to a forged subject is not stored there", async () => {
    const before = await at.manager.streams.info("MAIN_INBOX");
    const { nc } = await attacker();
    publish(nc, { subject: own, reply: forged, data: "mine" });
    await until(
      async () => (await at.manager.streams.info("MAIN_INBOX")).state.last_seq > before.state.last_seq,
    );
    await settled(nc);
    const { state } = await at.manager.streams.info("MAIN_INBOX");
    expect(state.last_seq).toBe(before.state.last_seq + 1);
    expect((await at.main.get("INBOX", state.last_seq))?.subject).toBe(own);
  });

  it.each([
    ">",
    "fleet.>",
    "fleet.main.inbox.lab.web.*.*",
    "_INBOX.>",
    "_INBOX_*.>",
    "_INBOX_main=lab=api.>",
    "_INBOX_other=lab=web.>",
    "_R_.>",
    "$JS.>",
    `${sessionApiPrefix}.>`,
    "$SYS.>",
    "$KV.>",
  ])("subscribing to %s is denied and hears nothing", async (subject) => {
    const { nc, violations } = await attacker();
    const heard: string[] = [];
    const subscription = nc.subscribe(subject, {
      callback: (error, message) => void (error === null && heard.push(message.subject)),
    });
    await until(() => violations.length > 0, 5000);
    const victim = await connectAs(at, api, owner);
    await victim.request("fleet.main.inbox.lab.web.lab.api", "for web only");
    await nc.flush();
    subscription.unsubscribe();
    expect(heard).toEqual([]);
  });
});

describe("control: the same attacks with the credential that owns the streams", () => {
  it("do land, so that what is shown above is the credential's doing", async () => {
    const authenticator = credsAuthenticator(new TextEncoder().encode(at.credentials.hubCredentials()));
    const hub = await connect({ servers: at.server.status().url, authenticator, reconnect: false });
    owner.add(() => hub.close());
    const before = (await at.manager.streams.info("MAIN_INBOX")).state.last_seq;
    hub.publish(forged, "as api");
    hub.publish("$JS.API.CONSUMER.MSG.NEXT.MAIN_INBOX.lab=web", "{nonsense", { reply: forged });
    hub.publish(own, "mine", { reply: forged });
    const stored = async () => (await at.manager.streams.info("MAIN_INBOX")).state.last_seq - before;
    await until(async () => (await stored()) >= 4);
    expect(await stored()).toBe(4);
  });
});

/** lab/web by the independent client, and every violation that the server tells it of. */
async function attacker(): Promise<{ nc: NatsConnection; violations: string[] }> {
  const nc = await connectAs(at, web, owner);
  const violations: string[] = [];
  const listen = async () => {
    for await (const status of nc.status()) {
      if (status.type === Events.Error) violations.push(status.type);
    }
  };
  void listen();
  return { nc, violations };
}

function publish(nc: NatsConnection, attack: Attack): void {
  const options: { reply?: string; headers?: MsgHdrs } = {};
  if (attack.reply !== undefined) options.reply = attack.reply;
  if (attack.headers !== undefined) {
    options.headers = headers();
    for (const [name, value] of Object.entries(attack.headers)) options.headers.set(name, value);
  }
  nc.publish(attack.subject, attack.data ?? "attack", options);
}

/** The server answers each connection in order, so a refused request after the attack shows that the attack is through. */
async function settled(nc: NatsConnection): Promise<void> {
  await nc.request(own, "x", { headers: rollup(), timeout: 5000 });
}

function rollup(): MsgHdrs {
  const set = headers();
  set.set("Nats-Rollup", "all");
  return set;
}

/** Without the attacker's own durable, which it may read. */
function foreign(found: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(found).filter(([name]) => name !== "MAIN_INBOX lab=web"));
}

/** Something in each place that an attack could destroy or steal. */
async function seed(world: World): Promise<void> {
  const nc = await connectAs(world, api, owner);
  for (let i = 0; i < 5; i++) await nc.request("fleet.main.inbox.lab.web.lab.api", `to web ${i}`);
  for (let i = 0; i < 5; i++) await nc.request("fleet.main.inbox.lab.api.lab.api", `to api ${i}`);
  await nc.request("fleet.main.event.lab.api.turn.stopped", "{}");
  await (await world.main.bucket("sessions")).put("lab.web", Buffer.from("{}"));
}
