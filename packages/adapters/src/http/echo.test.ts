import { afterAll, beforeAll, expect, it } from "vitest";
import { bareNotice, systemClock, type Adapter, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { discord } from "../discord/adapter.ts";
import { gotify } from "../gotify/adapter.ts";
import { ntfy } from "../ntfy/adapter.ts";
import { pushover } from "../pushover/adapter.ts";
import { slack } from "../slack/adapter.ts";
import { telegram } from "../telegram/adapter.ts";
import { twilio } from "../twilio/adapter.ts";
import { webhook } from "../webhook/adapter.ts";
import { startFarServer, type FarServer } from "./far-server.test.support.ts";

let far: FarServer;
beforeAll(async () => {
  far = await startFarServer(({ path, headers, body }) => ({
    status: 400,
    body: JSON.stringify({ path, headers, body }),
  }));
});
afterAll(() => far.close());

const event: FleetEvent = {
  ...{ id: "event1", kind: "turn.failed", from: { machine: "lab", session: "web" } },
  ...{ time: "2026-01-01T00:00:00.000Z", origin: "agent", data: {} },
};
const silent = () => undefined;
const context: AdapterContext = {
  ...{ name: "it", ns: "main", clock: systemClock, fetch: globalThis.fetch },
  log: { debug: silent, info: silent, warn: silent, error: silent },
  addressesOf: async (host) => [host],
  stillWanted: async () => true,
};

const account = `AC${"0".repeat(32)}`;
const s3cret = "s3cretT0ken0000000000000000abc";
const cases: readonly (readonly [string, Adapter, (server: string) => object])[] = [
  ["ntfy, token", ntfy, (server) => ({ server, topic: "t", token: s3cret })],
  ["ntfy, password", ntfy, (server) => ({ server, topic: "t", username: "u", password: s3cret })],
  ["gotify", gotify, (server) => ({ server, token: s3cret })],
  ["pushover", pushover, (server) => ({ server, token: s3cret, user: "u".repeat(30) })],
  [
    "twilio",
    twilio,
    (server) => ({ server, account, secret: s3cret, from: "+15550001111", to: "+15550002222" }),
  ],
  ["slack", slack, (server) => ({ url: `${server}/services/T000/B000/${s3cret}` })],
  ["discord", discord, (server) => ({ url: `${server}/api/webhooks/123456789012345678/${s3cret}` })],
  ["telegram", telegram, (api) => ({ api, token: `123456789:${s3cret}xxxxx`, chat: "42" })],
  ["webhook", webhook, (server) => ({ url: server, headers: { Authorization: `Bearer ${s3cret}` } })],
];

it.each(cases)(
  "%s: a far side that echoes what it got gets no secret into an error",
  async (_, adapter, configOf) => {
    const config = adapter.spec.config.parse(configOf(far.url));
    const { sink } = adapter.open(config, context);
    await sink!.connect(AbortSignal.timeout(5000));
    const failure: unknown = await sink!
      .send(event, AbortSignal.timeout(5000), bareNotice(event))
      .catch((error: unknown) => error);
    await sink!.close();
    expect(failure).toMatchObject({ name: "FleetError" });
    const shown = JSON.stringify([String(failure), failure]);
    const basic = [`u:${s3cret}`, `${account}:${s3cret}`].map((pair) => Buffer.from(pair).toString("base64"));
    for (const secret of [s3cret, ...basic]) expect(shown).not.toContain(secret);
  },
);
