// What the number of sessions adds to a publish: a daemon with 1000 sessions against one with 10, in turns.
import { setTimeout as sleep } from "node:timers/promises";
import { startFleet } from "./support/fleet.mjs";
import { inTurns, timed } from "./support/measure.mjs";
import { benchSessions } from "./support/sessions.mjs";

/** What a thousand registrations leave to do: spool, records, credentials. */
const settleMs = 10_000;
const caller = { pid: process.pid, ancestors: [], hasTty: false };

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const few = await fleetOf(10);
  try {
    const many = await fleetOf(1000);
    try {
      const samplers = { few: publishTo(few.fleet), many: publishTo(many.fleet) };
      await sleep(settleMs);
      await inTurns(samplers, 50);
      const samples = await inTurns(samplers, count);
      return [
        {
          name: "publish-scale",
          what: "publish to one of 1000 sessions, request to answer",
          unit: "ms",
          samples: samples["many"] ?? [],
          reference: { name: "to one of 10", samples: samples["few"] ?? [] },
          budget: { ratioP50: 1.1 },
        },
      ];
    } finally {
      await many.stop();
    }
  } finally {
    await few.stop();
  }
}

/** @param {number} size */
async function fleetOf(size) {
  const fleet = await startFleet();
  const sessions = benchSessions(fleet);
  const stop = async () => {
    sessions.end();
    await fleet.stop();
  };
  try {
    await sessions.grow(size);
  } catch (error) {
    await stop();
    throw error;
  }
  return { fleet, stop };
}

/**
 * A note wakes nobody; each goes to another session, none is full.
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 */
function publishTo(fleet) {
  let next = 0;
  return () => {
    const target = `s${(next += 1) % 10}`;
    return timed(() => fleet.post("/v1/messages", { caller, target, body: "hello", kind: "note" }));
  };
}
