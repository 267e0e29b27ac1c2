// What `fleet pub` costs over a bare Node, both from spawn to exit, and what of it is the daemon's: nothing is answered
// before the server has it on disk, so that part is measured beside a bare publish to a server that is as careful.
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { startFleet, fleetBin } from "./support/fleet.mjs";
import { inTurns, timed, timedProcess } from "./support/measure.mjs";
import { startPlainServer } from "./support/server.mjs";

const text = "the API is on :8081 now";
const caller = { pid: process.pid, ancestors: [], hasTty: false };

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const fleet = await startFleet();
  const server = await startPlainServer();
  const nc = await connect({ servers: server.url, noAsyncTraces: true });
  try {
    await fleet.fleet("pub", "worker", "the first one makes the mailbox", "--note", "--create");
    const { env } = fleet;
    const argv = /** @type {const} */ ([process.execPath, fleetBin, "pub", "worker", text, "--note"]);
    const samplers = {
      pub: () => timedProcess(argv, { env }),
      node: () => timedProcess([process.execPath, "-e", "0"], { env }),
      request: () =>
        timed(() => fleet.post("/v1/messages", { caller, target: "worker", body: text, kind: "note" })),
      store: await storeOn(nc),
    };
    await inTurns(samplers, 5);
    return rowsOf(await inTurns(samplers, count));
  } finally {
    await nc.close();
    await server.stop();
    await fleet.stop();
  }
}

/**
 * One bare publish to the server's answer that it is on disk.
 * @param {import("@nats-io/nats-core").NatsConnection} nc
 */
async function storeOn(nc) {
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({ name: "BENCH", subjects: ["bench.>"] });
  const js = jetstream(nc, { checkAPI: false });
  return () => timed(() => js.publish("bench.worker", text));
}

/**
 * @param {Readonly<Record<string, number[]>>} samples
 * @returns {import("./support/report.mjs").Measured[]}
 */
function rowsOf({ pub = [], node = [], request = [], store = [] }) {
  return [
    {
      name: "cli-pub",
      what: "`fleet pub`, spawn to exit",
      unit: "ms",
      samples: pub,
      reference: { name: "`node -e 0`", samples: node },
      budget: { ratioP50: 1.6 },
    },
    {
      name: "cli-pub-request",
      what: "`fleet pub`, what of it the daemon takes",
      unit: "ms",
      samples: request,
      reference: { name: "nats.js, publish to its acknowledgement", samples: store },
    },
  ];
}
