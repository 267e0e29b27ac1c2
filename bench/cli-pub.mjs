// What `fleet pub` costs over a bare Node, both from spawn to exit.
import { startFleet, fleetBin } from "./support/fleet.mjs";
import { inTurns, timedProcess } from "./support/measure.mjs";

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const fleet = await startFleet();
  try {
    await fleet.fleet("pub", "worker", "the first one makes the mailbox", "--note", "--create");
    const env = fleet.env;
    const samplers = {
      pub: () =>
        timedProcess([process.execPath, fleetBin, "pub", "worker", "the API is on :8081 now", "--note"], {
          env,
        }),
      node: () => timedProcess([process.execPath, "-e", "0"], { env }),
    };
    await inTurns(samplers, 5);
    const samples = await inTurns(samplers, count);
    return [
      {
        name: "cli-pub",
        what: "`fleet pub`, spawn to exit",
        unit: "ms",
        samples: samples["pub"] ?? [],
        reference: { name: "`node -e 0`", samples: samples["node"] ?? [] },
        budget: { ratioP50: 1.6 },
      },
    ];
  } finally {
    await fleet.stop();
  }
}
