import { connectBus } from "@fleetbus/core/bus";
import { connect } from "nats";
import { describe, expect, test } from "vitest";
import { eventOf } from "../../packages/adapters/src/http/sending.test.support.ts";
import { addStream } from "../support/far/nats-far.ts";
import { send, useNatsForward } from "../support/far/nats-suite.ts";

const { far, open, connected, later } = useNatsForward();

describe("what the far side refuses", () => {
  test("no stream for the subject is worth another try: one may be made later", async () => {
    const { server } = await far({ isDeaf: true });
    const sink = await connected({ servers: [server.url], jetstream: true });
    const failing = send(sink);
    await expect(failing).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
    await expect(failing).rejects.toThrow(/no stream of the server takes it/);
    const other = await connect({ servers: server.url });
    await addStream(other);
    await other.close();
    expect(await send(sink)).toEqual({ providerId: "FORWARDED:1" });
  });

  test("somebody who listens where no stream is acknowledges nothing: that is worth another try too", async () => {
    const { server, heard } = await far();
    const sink = await connected({ servers: [server.url], jetstream: true });
    await expect(send(sink)).rejects.toMatchObject({ code: "unavailable" });
    expect(await heard()).toHaveLength(1);
  });

  test("an answer of somebody who is no stream is no acknowledgement", async () => {
    const { server } = await far({ isDeaf: true });
    const other = await connect({ servers: server.url });
    later(() => other.close());
    other.subscribe("fleet-events.>", { callback: (_, message) => void message.respond("thanks") });
    await other.flush();
    const sink = await connected({ servers: [server.url], jetstream: true });
    await expect(send(sink)).rejects.toMatchObject({ code: "failed", isRetryable: false });
  });

  test.each([true, false])(
    "a subject that the account may not publish on, into a stream: %s",
    async (jetstream) => {
      const permissions = '{ publish: { deny: "fleet-events.>" } }';
      const { server, heard } = await far({
        config: `authorization { users: [{ user: a, password: a }, { user: b, password: b, permissions: ${permissions} }] }`,
        login: { user: "a", pass: "a" },
      });
      const sink = await connected({ servers: [server.url], user: "b", password: "b", jetstream });
      const failing = send(sink);
      await expect(failing).rejects.toMatchObject({ code: "unauthorized", isRetryable: false });
      await expect(failing).rejects.toThrow(/fleet-events\.main\.lab\.web\.turn\.failed/);
      expect(await heard()).toEqual([]);
    },
  );

  test("an inbox that the account may not listen on is told, and another one may be named", async () => {
    const permissions = '{ publish: ">", subscribe: "_INBOX_lab.>" }';
    const { server, heard } = await far({
      hasStream: true,
      config: `authorization { users: [{ user: a, password: a }, { user: b, password: b, permissions: ${permissions} }] }`,
      login: { user: "a", pass: "a" },
    });
    const keys = { servers: [server.url], user: "b", password: "b", jetstream: true };
    await expect(send(await connected(keys))).rejects.toMatchObject({ code: "unauthorized" });
    expect(await send(await connected({ ...keys, inboxPrefix: "_INBOX_lab" }), eventOf(2))).toMatchObject({
      providerId: expect.stringMatching(/^FORWARDED:/),
    });
    expect((await heard()).map(({ headers }) => headers["ce-id"])).toContain("event2");
  });

  test.each([true, false])("what is over its max_payload, into a stream: %s", async (jetstream) => {
    const { server, heard } = await far({ hasStream: jetstream, config: "max_payload: 2000" });
    const sink = await connected({ servers: [server.url], jetstream });
    const large = { ...eventOf(1), data: { lastText: "x".repeat(2000) } };
    await expect(send(sink, large)).rejects.toMatchObject({ code: "too_large", isRetryable: false });
    await send(sink, eventOf(2));
    expect(await heard()).toHaveLength(1);
  });

  test("a wrong password, at once when it connects", async () => {
    const { server } = await far({
      config: "authorization { user: a, password: right }",
      login: { user: "a", pass: "right" },
    });
    const sink = open({ servers: [server.url], user: "a", password: "wrong" });
    await expect(sink.connect(AbortSignal.timeout(5000))).rejects.toMatchObject({ code: "unauthorized" });
  });

  test("the account that holds this very fleet: nothing is forwarded to where it came from", async () => {
    const { server } = await far();
    const bus = await connectBus({ servers: server.url, ns: "main", name: "own", mode: "once" });
    await bus.ensureLayout();
    await bus.close();
    const sink = open({ servers: [server.url] });
    const refusing = sink.connect(AbortSignal.timeout(5000));
    await expect(refusing).rejects.toMatchObject({ code: "refused", isRetryable: false });
    await expect(refusing).rejects.toThrow(/holds fleet main itself.*another account/);
  });
});
