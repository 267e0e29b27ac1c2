// What fleet's status line adds to the shell that runs it: from spawn to exit, the JSON on stdin and the line read.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installLine, lineDir } from "@fleetbus/hooks";
import { inTurns, timedProcess } from "./support/measure.mjs";

const session = "29291305-ed5c-4775-a01a-64053302be67";

/** As long as Claude Code's, on one line. */
const input = JSON.stringify({ session_id: session, cwd: "/home/dev/project", rest: "x".repeat(1800) });

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-line-"));
  try {
    const paths = { hooksDir: join(folder, "hooks"), runDir: join(folder, "run") };
    const line = await installLine(paths);
    const noop = join(folder, "noop");
    await writeFile(noop, "#!/bin/sh\nexit 0\n");
    await chmod(noop, 0o755);
    await mkdir(join(lineDir(paths), "wanted"), { recursive: true });
    await writeFile(join(lineDir(paths), "daemon"), `${process.pid}\n`);
    await writeFile(join(lineDir(paths), `cli-${session}`), "[web · 2 peers · ✉ 1]\n");
    await writeFile(join(lineDir(paths), "name-me"), "[me · 3 peers · ✉ 1]\n");
    const inShell = (/** @type {string} */ command, how = {}) =>
      timedProcess(["/bin/sh", "-c", command], how);
    const samplers = {
      noop: () => inShell(`'${noop}'`),
      claude: () => inShell(`'${line}' claude`, { input }),
      me: () => inShell(`'${line}' name me`),
    };
    await inTurns(samplers, 5);
    return rows(await inTurns(samplers, count));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {Record<string, number[]>} samples */
function rows({ noop = [], claude = [], me = [] }) {
  const added = (/** @type {number[]} */ all) => all.map((ms, turn) => Math.max(0, ms - (noop[turn] ?? 0)));
  const reference = { name: "a script that does nothing", samples: noop };
  return [
    {
      ...{ name: "statusline-added", what: "status line for Claude Code, what it adds", reference },
      ...{ unit: /** @type {const} */ ("ms"), samples: added(claude), budget: { p50: 5 } },
    },
    {
      ...{ name: "statusline-claude", what: "status line for Claude Code, started by sh", reference },
      ...{ unit: /** @type {const} */ ("ms"), samples: claude },
    },
    {
      ...{ name: "statusline-me", what: "status line of `me`, started by sh", reference },
      ...{ unit: /** @type {const} */ ("ms"), samples: me },
    },
  ];
}
