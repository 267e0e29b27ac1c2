import { describe, expect, test } from "vitest";
import { Webhook } from "standardwebhooks";
import { CloudEvent, HTTP } from "cloudevents";
import { bareNotice, systemClock, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { startFarServer, type FarServer, type Received, type Said } from "../http/far-server.test.support.ts";
import { webhook, type WebhookConfig } from "./adapter.ts";

const oldKey = `whsec_${Buffer.from("an old key of thirty-two bytes..").toString("base64")}`;
const newKey = `whsec_${Buffer.from("a new key, of thirty-two bytes..").toString("base64")}`;

const eventOf = (n: number, data: FleetEvent["data"] = { error: "boom" }): FleetEvent => ({
  ...{ id: `event${n}`, kind: "turn.failed", from: { machine: "lab", session: "web" } },
  ...{ time: "2026-01-01T00:00:00.000Z", origin: "agent", data },
});

/** A receiver as the specification wants it: it checks the signature and the form before it takes anything. */
function receiver(key: string): (request: Received) => Said {
  return ({ headers, body }) => {
    try {
      new Webhook(key).verify(body, { ...headers });
    } catch (error) {
      return { status: 401, body: String(error) };
    }
    return { status: 204 };
  };
}

function contextOf(): AdapterContext {
  const silent = () => undefined;
  return {
    ...{ name: "hook", ns: "main", clock: systemClock, fetch: globalThis.fetch },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
  };
}

async function farSide(): Promise<FarSide> {
  const far = await startFarServer(receiver(oldKey));
  return {
    config: { url: `${far.url}/hook` },
    event: (n) => eventOf(n),
    arrivals: async () =>
      far.taken.map(({ headers, body }) => ({ eventId: headers["webhook-id"] ?? "", bytes: body.length })),
    largeEvent: (bytes) => eventOf(9, { error: "x".repeat(bytes) }),
    stall: async () => far.stall(),
    leave: () => far.leave(),
    close: () => far.close(),
  };
}

adapterConformance({
  adapter: webhook,
  validConfig: { url: "http://127.0.0.1:1/", secrets: [oldKey] },
  harness: { can: ["stall", "leave"], start: farSide },
  runner: { describe, test },
});

describe("[row 136] the webhook adapter", () => {
  const send = async (far: FarServer, change: Partial<WebhookConfig> = {}, event = eventOf(1)) => {
    const config: WebhookConfig = { url: `${far.url}/hook`, secrets: [oldKey], headers: {}, ...change };
    const { sink } = webhook.open(config, contextOf());
    await sink!.connect(AbortSignal.timeout(5000));
    try {
      return await sink!.send(event, AbortSignal.timeout(5000), bareNotice(event));
    } finally {
      await sink!.close();
    }
  };
  const withFar = async (judge: (request: Received) => Said, run: (far: FarServer) => Promise<void>) => {
    const far = await startFarServer(judge);
    try {
      await run(far);
    } finally {
      await far.close();
    }
  };

  test("posts CloudEvents JSON that other implementations read", async () => {
    await withFar(receiver(oldKey), async (far) => {
      await send(far, { headers: { "X-Team": "lab" } });
      const [request] = far.taken;
      expect(request).toMatchObject({ method: "POST", path: "/hook", headers: { "x-team": "lab" } });
      expect(JSON.parse(request?.body ?? "")).toEqual({
        specversion: "1.0",
        id: "event1",
        source: "/fleet/main/lab/web",
        type: "fleet.event.turn.failed",
        time: "2026-01-01T00:00:00.000Z",
        datacontenttype: "application/json",
        fleetorigin: "agent",
        data: { error: "boom" },
      });
      const read = HTTP.toEvent({ headers: { ...request?.headers }, body: request?.body });
      expect(read).toBeInstanceOf(CloudEvent);
      expect(read).toMatchObject({ id: "event1", fleetorigin: "agent", data: { error: "boom" } });
    });
  });

  test("an event that can be answered bears the token of its answer, its data as they were", async () => {
    await withFar(receiver(oldKey), async (far) => {
      const reply = { token: "k7m2q-x4tfz", choices: [], expiresAt: "2026-01-02T00:00:00.000Z" };
      const { sink } = webhook.open({ url: `${far.url}/hook`, secrets: [oldKey], headers: {} }, contextOf());
      await sink!.connect(AbortSignal.timeout(5000));
      await sink!.send(eventOf(1), AbortSignal.timeout(5000), bareNotice(eventOf(1), { reply }));
      await sink!.close();
      const { headers, body } = far.taken[0]!;
      const read = HTTP.toEvent({ headers: { ...headers }, body });
      expect(read).toMatchObject({ fleetreply: "k7m2q-x4tfz", data: { error: "boom" } });
    });
  });

  test("[row 136] an event that is too long arrives with its texts cut, and says which", async () => {
    await withFar(receiver(oldKey), async (far) => {
      await send(far, {}, eventOf(1, { error: "boom", lastText: "so far 🚀 ".repeat(300_000) }));
      const { headers, body } = far.taken[0]!;
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
      expect(Buffer.byteLength(body)).toBeGreaterThan(19_900);
      const read = HTTP.toEvent({ headers: { ...headers }, body });
      expect(read).toMatchObject({ fleettruncated: "lastText", data: { error: "boom" } });
      expect(read).toMatchObject({ data: { lastText: expect.stringMatching(/^so far 🚀 .*…$/) } });
    });
  });

  test("while keys are rotated both receivers believe it, a third does not", async () => {
    for (const [key, isTaken] of [
      [oldKey, true],
      [newKey, true],
      [`whsec_${Buffer.from("somebody else's").toString("base64")}`, false],
    ] as const) {
      await withFar(receiver(key), async (far) => {
        const sending = send(far, { secrets: [newKey, oldKey] });
        if (isTaken) await expect(sending).resolves.toEqual({});
        else await expect(sending).rejects.toMatchObject({ code: "unauthorized", isRetryable: false });
      });
    }
  });

  test("a retry bears the same id, signed anew", async () => {
    await withFar(receiver(oldKey), async (far) => {
      far.next.push({ status: 503, headers: { "retry-after": "3" } });
      await expect(send(far)).rejects.toMatchObject({ isRetryable: true, details: { retryAfterMs: 3000 } });
      await send(far);
      expect(far.seen.map(({ headers }) => headers["webhook-id"])).toEqual(["event1", "event1"]);
    });
  });

  test.each([
    [410, "not_found", { isGone: true }],
    [400, "failed", { answer: "no such field" }],
    [413, "too_large", {}],
  ])("HTTP %i is not tried again", async (status, code, details) => {
    await withFar(
      () => ({ status, body: "no such field" }),
      async (far) => {
        await expect(send(far)).rejects.toMatchObject({ code, isRetryable: false, details });
      },
    );
  });

  test("no error shows what is secret, although the far side echoes it", async () => {
    const echo = ({ path, headers }: Received) => ({
      status: 404,
      body: `no ${path} for ${headers["authorization"]}`,
    });
    await withFar(echo, async (far) => {
      const url = `${far.url}/hooks/t0ken-of-ours`;
      const sending = send(far, { url, headers: { Authorization: "Bearer abc123xyz" } });
      await expect(sending).rejects.toThrow(/^posting to the webhook: HTTP 404, no … for …$/);
    });
  });

  test("does not follow a redirect with a signed body", async () => {
    await withFar(
      ({ path }) =>
        path === "/hook" ? { status: 307, headers: { location: "/elsewhere" } } : { status: 204 },
      async (far) => {
        await expect(send(far)).rejects.toMatchObject({ code: "failed", details: { status: 307 } });
        expect(far.seen.map(({ path }) => path)).toEqual(["/hook"]);
      },
    );
  });

  test("its short form is a URL", () => {
    expect(webhook.spec.urls?.parse(new URL("jsons://ci.example.com/hooks/fleet?team=lab"))).toEqual({
      url: "https://ci.example.com/hooks/fleet?team=lab",
    });
  });
});
