// What bursts of broadcasts to many sessions cost the daemon: memory after them, and CPU a delivery.
import { setTimeout as sleep } from "node:timers/promises";
import { startFleet, usageOf } from "./support/fleet.mjs";
import { benchSessions } from "./support/sessions.mjs";

const caller = { pid: process.pid, ancestors: [], hasTty: false };
const sizes = [100, 1000];
const burst = 5;
const heldWithinMs = 120_000;
/** A mailbox holds less than its depth, so that nothing is deferred. */
const maxBursts = 10;

/**
 * @param {{ count: number }} options a sample is a burst; at most ten a size
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const measured = [];
  for (const size of sizes) measured.push(...(await measureSize(size, Math.min(count, maxBursts))));
  return measured;
}

/**
 * @param {number} size
 * @param {number} bursts
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
async function measureSize(size, bursts) {
  const fleet = await startFleet();
  const sessions = benchSessions(fleet);
  try {
    const { pid } = await fleet.status();
    await sessions.grow(size);
    const before = await usageOf(pid);
    const [direct, cast, rss] = [
      /** @type {number[]} */ ([]),
      /** @type {number[]} */ ([]),
      /** @type {number[]} */ ([]),
    ];
    for (let index = 0; index < bursts; index += 1) {
      direct.push(await cpuOf(fleet, pid, { targets: names(100), deliveries: 100 }));
      cast.push(await cpuOf(fleet, pid, { targets: all, deliveries: burst * size }));
      rss.push((await usageOf(pid)).rssMb);
    }
    return [
      {
        name: `broadcast-cpu-${size}`,
        what: `daemon CPU a delivery, five broadcasts to ${size} sessions`,
        unit: "ms",
        samples: cast,
        reference: { name: "a message to one of them", samples: direct },
      },
      {
        name: `broadcast-rss-${size}`,
        what: `daemon memory that holds up to ${bursts * burst} broadcasts for each of ${size} sessions`,
        unit: "MB",
        samples: rss,
        reference: { name: "before the first", samples: [before.rssMb] },
        ...(size === 100 ? { budget: { p50: 150 } } : {}),
      },
    ];
  } finally {
    sessions.end();
    await fleet.stop();
  }
}

const all = Array.from({ length: burst }, () => "all");

/** @param {number} count */
function names(count) {
  return Array.from({ length: count }, (_, index) => `s${index}`);
}

/**
 * Says one note after the other, waits until all are held, and gives the CPU time of a delivery.
 * @param {import("./support/fleet.mjs").BenchFleet} fleet
 * @param {number} pid
 * @param {{ targets: readonly string[], deliveries: number }} work
 */
async function cpuOf(fleet, pid, { targets, deliveries }) {
  const wanted = (await heldBy(fleet)) + deliveries;
  const { cpuMs } = await usageOf(pid);
  const body = "x".repeat(200);
  for (const target of targets) await fleet.post("/v1/messages", { caller, target, body, kind: "note" });
  const deadline = performance.now() + heldWithinMs;
  for (let held = await heldBy(fleet); held < wanted; held = await heldBy(fleet)) {
    if (performance.now() > deadline)
      throw new Error(`delivering to ${targets.length}: ${held} of ${wanted} are held`);
    await sleep(20);
  }
  return ((await usageOf(pid)).cpuMs - cpuMs) / deliveries;
}

/** @param {import("./support/fleet.mjs").BenchFleet} fleet */
async function heldBy(fleet) {
  return Number(/^fleet_held_messages (\d+)/m.exec(await fleet.get("/metrics"))?.[1]);
}
