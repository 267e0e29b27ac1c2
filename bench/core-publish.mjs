// What the bus costs over the bare client: the same events to the same stream, through core and through nats.js, in turns.
import { systemClock } from "@fleetbus/core";
import { connectBus } from "@fleetbus/core/bus";
import { jetstream } from "@nats-io/jetstream";
import { headers } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { inTurns, timed } from "./support/measure.mjs";
import { startPlainServer } from "./support/server.mjs";

const windows = [1, 64, 512];
const data = new TextEncoder().encode(JSON.stringify({ text: "x".repeat(244) }));

/** A ratio of 1.18 in time is 85 % in throughput (the budget at window 1 and 64). */
const budget = { ratioP50: 1.18 };

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const server = await startPlainServer();
  const bus = await connectBus({
    servers: server.url,
    ns: "main",
    name: "bench",
    mode: "daemon",
    clock: systemClock,
  });
  const nc = await connect({ servers: server.url, noAsyncTraces: true });
  try {
    await bus.ensureLayout();
    const js = jetstream(nc, { checkAPI: false });
    const senders = {
      core: (/** @type {string} */ id) => bus.publish({ ...event(id), dedupeId: id }),
      raw: (/** @type {string} */ id) => publishRaw(js, event(id), id),
    };
    const measured = [];
    for (const window of windows) measured.push(await measureWindow(senders, window, count));
    return measured;
  } finally {
    await nc.close();
    await bus.close();
    await server.stop();
  }
}

/** @typedef {(id: string) => Promise<unknown>} Send */

/**
 * One sample is `window` publishes in flight at once, divided by their number.
 * @param {{ core: Send, raw: Send }} senders
 * @param {number} window
 * @param {number} count
 */
async function measureWindow(senders, window, count) {
  let next = 0;
  /** @param {Send} send */
  const burst = (send) => async () => {
    const ids = Array.from({ length: window }, () => `w${window}-${(next += 1)}`);
    return ((await timed(() => Promise.all(ids.map(send)))) * 1000) / window;
  };
  const samplers = { core: burst(senders.core), raw: burst(senders.raw) };
  await inTurns(samplers, 20);
  const samples = await inTurns(samplers, count);
  return {
    name: `core-publish-${window}`,
    what: `publish through core, window ${window}`,
    unit: /** @type {const} */ ("µs/message"),
    samples: samples["core"] ?? [],
    reference: { name: "nats.js", samples: samples["raw"] ?? [] },
    ...(window <= 64 ? { budget } : {}),
  };
}

/** @param {string} id */
function event(id) {
  const names = {
    "ce-specversion": "1.0",
    "ce-id": id,
    "ce-source": "/main/lab/web",
    "ce-type": "fleet.event.turn.stopped",
  };
  return {
    subject: "fleet.main.event.lab.web.turn.stopped",
    headers: {
      ...names,
      "ce-time": "2026-01-01T00:00:00Z",
      "ce-datacontenttype": "application/json",
      "ce-fleetorigin": "agent",
    },
    data,
  };
}

/**
 * @param {import("@nats-io/jetstream").JetStreamClient} js
 * @param {ReturnType<typeof event>} message
 * @param {string} id
 */
function publishRaw(js, message, id) {
  const all = headers();
  for (const [name, value] of Object.entries(message.headers)) all.set(name, value);
  return js.publish(message.subject, message.data, { headers: all, msgID: id });
}
