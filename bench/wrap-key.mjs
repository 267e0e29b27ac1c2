// What `fleet wrap` adds to a keystroke: from the key to its echo by a raw cat, in a terminal of its own and wrapped in one.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import { inTurns } from "./support/measure.mjs";

const bin = fileURLToPath(new URL("../packages/cli/bin/fleet.mjs", import.meta.url));
const echoing = ["/bin/sh", "-c", "stty raw -echo; printf ready; exec cat"];

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const home = await mkdtemp(join(tmpdir(), "fleet-bench-wrap-"));
  const env = { ...process.env, HOME: home, FLEET_HOME: home, FLEET_NO_AUTOSTART: "1" };
  const bare = openEcho(echoing, env);
  const wrapped = openEcho([process.execPath, bin, "wrap", "--", ...echoing], env);
  try {
    await Promise.all([bare.isReady, wrapped.isReady]);
    const samplers = { bare: bare.key, wrapped: wrapped.key };
    await inTurns(samplers, 20);
    return rows(await inTurns(samplers, count));
  } finally {
    await Promise.all([bare.close(), wrapped.close()]);
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} argv
 * @param {Record<string, string | undefined>} env
 */
function openEcho([file = "", ...args], env) {
  const pty = spawn(file, args, { cols: 80, rows: 24, env });
  const ended = new Promise((resolve) => pty.onExit(resolve));
  let printed = "";
  /** @type {() => void} */
  let ring = () => undefined;
  pty.onData((data) => {
    printed += data;
    ring();
  });
  /** @param {string} text */
  const until = async (text) => {
    while (!printed.includes(text)) {
      const more = new Promise((resolve) => (ring = () => resolve("more")));
      if ((await Promise.race([more, ended])) !== "more") throw new Error(`${file} ended: ${printed}`);
    }
  };
  return {
    isReady: until("ready"),
    key: async () => {
      printed = "";
      const startedAt = performance.now();
      pty.write("x");
      await until("x");
      return performance.now() - startedAt;
    },
    close: async () => {
      pty.kill("SIGKILL");
      await ended;
    },
  };
}

/** @param {Record<string, number[]>} samples */
function rows({ bare = [], wrapped = [] }) {
  const reference = { name: "the same terminal bare", samples: bare };
  const added = wrapped.map((ms, turn) => Math.max(0, ms - (bare[turn] ?? 0)));
  return [
    {
      ...{ name: "wrap-added", what: "a key in `fleet wrap`, what it adds", reference },
      ...{ unit: /** @type {const} */ ("ms"), samples: added, budget: { p50: 1 } },
    },
    {
      ...{ name: "wrap-key", what: "a key in `fleet wrap`, to its echo", reference },
      ...{ unit: /** @type {const} */ ("ms"), samples: wrapped },
    },
  ];
}
