import { readFile } from "node:fs/promises";
import type { CheckResult } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";
import { programOf } from "../clis/found.ts";
import type { World } from "../world/world.ts";

const way = "put the folder of fleet on the PATH of the shell that starts the agents, as npm install -g does";

/** Whether who is woken can answer (`sessions` are of this machine): an agent's shell finds `fleet` by the PATH that its CLI was started with. */
export async function pathChecks(
  { env }: Pick<World, "env">,
  sessions: readonly SessionView[],
): Promise<readonly CheckResult[]> {
  const paths = await Promise.all(
    sessions.map(async ({ name, pid = 0 }) => ({ name, path: await pathOfProcess(pid) })),
  );
  const known = paths.filter(({ path }) => path !== undefined);
  if (known.length === 0) return [await ownCheck(env["PATH"])];
  const found = await Promise.all(
    known.map(async ({ path }) => (await programOf("fleet", path)) !== undefined),
  );
  const without = known.filter((_, index) => !found[index]).map(({ name }) => name);
  if (without.length === 0) return [{ isOk: true, text: "fleet is on the PATH of every session" }];
  return [
    {
      isOk: false,
      text: `fleet is not on the PATH of ${without.join(", ")}: no answer comes from there`,
      way,
    },
  ];
}

async function ownCheck(path: string | undefined): Promise<CheckResult> {
  const program = await programOf("fleet", path);
  return program === undefined
    ? { isOk: false, text: "fleet is not on PATH: a session could not answer", way }
    : { isOk: true, text: `fleet on PATH: ${program}` };
}

/** As it was when the process began; undefined where the system does not say. */
async function pathOfProcess(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""); // not Linux, another user's, or gone
  return text
    .split("\0")
    .find((entry) => entry.startsWith("PATH="))
    ?.slice("PATH=".length);
}
