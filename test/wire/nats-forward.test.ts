import { CloudEvent, HTTP } from "cloudevents";
import type { FleetEvent } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { describe, expect, test } from "vitest";
import { eventOf } from "../../packages/adapters/src/http/sending.test.support.ts";
import { startNatsFar, type HeardMessage } from "../support/far/nats-far.ts";
import { send, useNatsForward } from "../support/far/nats-suite.ts";

const { adapter, far, connected } = useNatsForward();

async function harness(hasStream: boolean): Promise<FarSide> {
  const started = await startNatsFar({ hasStream });
  const { server } = started;
  return {
    config: { servers: [server.url], jetstream: hasStream },
    event: eventOf,
    arrivals: async () =>
      (await started.heard()).map(({ headers, data }) => ({
        ...{ eventId: headers["ce-id"] ?? "", bytes: data.length },
      })),
    stall: () => started.stall(),
    leave: () => server.kill("SIGKILL"),
    close: () => started.close(),
  };
}

const far4 = { can: ["stall", "leave"] } as const;
const validConfig = { servers: ["tls://nats.example.com"] };
adapterConformance({
  ...{ adapter, validConfig, runner: { describe, test } },
  harness: { ...far4, start: () => harness(false) },
});

describe("into a stream, where it drops repeats", () => {
  const traits = { ...adapter.spec.traits, idempotent: true };
  adapterConformance({
    ...{
      adapter: { ...adapter, spec: { ...adapter.spec, traits } },
      validConfig,
      runner: { describe, test },
    },
    harness: { ...far4, start: () => harness(true) },
  });
});

describe("another client on the far side", () => {
  const event: FleetEvent = { ...eventOf(1), data: { cli: "claude", error: "“Grüße” 🚀\n<b>" } };

  test.each(["binary", "structured"] as const)("reads a CloudEvent, %s", async (mode) => {
    const { server, heard } = await far();
    expect(await send(await connected({ servers: [server.url], mode }), event)).toEqual({});
    const [message] = await heard();
    expect(message?.subject).toBe("fleet-events.main.lab.web.turn.failed");
    expect(message?.headers["Nats-Msg-Id"]).toBe(event.id);
    const read = HTTP.toEvent(toHttp(message!));
    if (Array.isArray(read)) throw new Error("several were read");
    expect(new CloudEvent(read).validate()).toBe(true);
    expect(read).toMatchObject({
      id: event.id,
      source: "/fleet/main/lab/web",
      type: "fleet.event.turn.failed",
    });
    expect([read["fleetorigin"], String(read["fleethop"])]).toEqual(["agent", "1"]);
    expect(read.data).toEqual(event.data);
  });

  test("has what a stream stored once, with the place of it on the receipt", async () => {
    const { server, heard } = await far({ hasStream: true });
    const sink = await connected({ servers: [server.url], jetstream: true });
    expect(await send(sink)).toEqual({ providerId: "FORWARDED:1" });
    expect(await send(sink)).toEqual({ providerId: "FORWARDED:1" });
    expect(await send(sink, eventOf(2))).toEqual({ providerId: "FORWARDED:2" });
    expect(await heard()).toHaveLength(2);
  });
});

/** The library binds to HTTP, where the data's content type is the request's. */
function toHttp({ headers, data }: HeardMessage) {
  const { "ce-datacontenttype": contentType, ...rest } = headers;
  return { headers: { ...(contentType && { "content-type": contentType }), ...rest }, body: data };
}
