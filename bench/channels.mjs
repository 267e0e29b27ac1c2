// What bad far sides cost the good ones: an event to four receivers, with and without one that hangs, one that refuses
// for good and one that answers 429 beside them. Two fleets, in turns.
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startFleet } from "./support/fleet.mjs";
import { inTurns } from "./support/measure.mjs";

const goodOnes = 4;
/** What each bad one answers; nothing at all where it hangs. */
const bad = { hangs: undefined, refuses: 403, limits: 429 };
const caller = { pid: process.pid, ancestors: [], hasTty: false };

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const alone = await fleetOf([]);
  try {
    const beside = await fleetOf(Object.entries(bad));
    try {
      const samplers = { alone: alone.deliver, beside: beside.deliver };
      await inTurns(samplers, 20);
      const samples = await inTurns(samplers, count);
      if (Math.min(...beside.asked()) === 0) throw new Error("a bad far side was never asked");
      return [
        {
          name: "channels",
          what: "an event to four channels, one hanging, one refusing, one at 429 beside them",
          unit: "ms",
          samples: samples["beside"] ?? [],
          reference: { name: "the four alone", samples: samples["alone"] ?? [] },
          budget: { ratioP50: 1.5 },
        },
      ];
    } finally {
      await beside.stop();
    }
  } finally {
    await alone.stop();
  }
}

/** @param {readonly (readonly [string, number | undefined])[]} badOnes */
async function fleetOf(badOnes) {
  const good = await Promise.all(Array.from({ length: goodOnes }, () => receiver(204)));
  const others = await Promise.all(badOnes.map(([, status]) => receiver(status)));
  const receivers = [...good, ...others];
  const fleet = await startFleet({ config: receivers.map(entryOf).join("\n") });
  const stop = async () => {
    await fleet.stop();
    for (const each of receivers) each.close();
  };
  try {
    await listening(fleet, receivers.length);
  } catch (error) {
    await stop();
    throw error;
  }
  let next = 0;
  const deliver = async () => {
    const id = `bench${(next += 1)}`;
    const arrivals = good.map((each) => each.arrival(id));
    const begin = performance.now();
    const time = new Date().toISOString();
    const data = { command: ["make"], exitCode: 0, outcome: "done" };
    await fleet.post("/v1/runs", { caller, id, time, kind: "run.finished", data });
    return Math.max(...(await Promise.all(arrivals))) - begin;
  };
  return { deliver, stop, asked: () => others.map((each) => each.asked()) };
}

/** @param {{ url: string, host: string }} receiver @param {number} index */
function entryOf({ url, host }, index) {
  const lines = [`name = "far${index}"`, 'type = "webhook"', `url = "${url}"`];
  return ["[[adapter]]", ...lines, `allow_private = ["${host}"]`, 'on = ["run.finished"]', ""].join("\n");
}

/**
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 * @param {number} count
 */
async function listening(fleet, count) {
  const deadline = Date.now() + 30_000;
  while ((await fleet.get("/v1/consumers")).split('"adapter=any=far').length - 1 < count) {
    if (Date.now() > deadline) throw new Error("waiting for the adapters to listen: 30 s are over");
    await sleep(20);
  }
}

/** @param {number | undefined} status what it answers; it hangs where there is none */
async function receiver(status) {
  /** @type {Map<string, (at: number) => void>} */
  const waiting = new Map();
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    waiting.get(String(request.headers["webhook-id"]))?.(performance.now());
    request.resume();
    if (status === undefined) return;
    response.writeHead(status, status === 429 ? { "retry-after": "1" } : {}).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  return {
    ...{ host, url: `http://${host}/` },
    asked: () => asked,
    /** When the event comes in. @param {string} id @returns {Promise<number>} */
    arrival: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
