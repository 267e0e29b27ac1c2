import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { FleetError, nearest, requireToken } from "@fleetbus/core";
import { hookableClis, type HookableCli } from "../../clis/found.ts";
import { foundHooks, obstacles } from "../../clis/hooks-found.ts";
import type { Context } from "../../command/context.ts";
import { launchable } from "../instructions.ts";

/** How many workers one launch may ask for. */
export const maxWorkers = 32;

/** The number of workers; 1 where none is given. Throws `usage`. */
export function workersOf(raw: string | undefined): number {
  const count = raw === undefined ? 1 : Number(raw);
  if (/^\d+$/.test(raw ?? "1") && count >= 1 && count <= maxWorkers) return count;
  throw new FleetError("usage", `reading [N]: "${raw}" is no number of workers: give 1 to ${maxWorkers}`);
}

/** The crew's name; it begins the name of each of its sessions. Throws `usage`. */
export function prefixOf(raw: string | undefined): string {
  const prefix = requireToken(raw ?? "fleet", "--name");
  if (prefix.length <= 40) return prefix;
  throw new FleetError("usage", `reading --name "${prefix}": at most 40 characters`);
}

/** The CLIs of a list with commas, in its order. Throws `usage` with what may have been meant. */
export function clisOf(raw: string | undefined): readonly string[] {
  const names = (raw ?? "claude").split(",").map((name) => name.trim());
  const known: readonly string[] = launchable;
  for (const name of names.filter((each) => !known.includes(each))) {
    const [meant] = nearest(name, known);
    const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
    throw new FleetError("usage", `reading --cli: "${name}" is none of ${known.join(", ")}${hint}`);
  }
  return names;
}

/** An existing folder, absolute. Throws `usage`. */
export async function dirOf(raw: string | undefined, cwd: string): Promise<string> {
  const dir = resolve(cwd, raw ?? ".");
  const isDirectory = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false, // not there, which is said
  );
  if (isDirectory) return dir;
  throw new FleetError("usage", `reading --dir: ${dir} is no folder: create it first`);
}

/** The programs of these CLIs. Throws `unavailable` for what is not installed or would run without fleet's hooks. */
export async function programsOf(
  clis: readonly string[],
  context: Context,
): Promise<ReadonlyMap<string, string>> {
  const all = await hookableClis(context);
  const asked = all.filter(({ name }) => clis.includes(name));
  return new Map(await Promise.all(asked.map(async (cli) => [cli.name, await requireReady(cli)] as const)));
}

async function requireReady(cli: HookableCli): Promise<string> {
  if (cli.program === undefined)
    throw unready(cli, "it is not on PATH: install it, or leave it out of --cli");
  const found = await foundHooks(cli);
  if (found.state === "missing")
    throw unready(
      cli,
      `fleet's hooks are not in ${found.settings.file}, so it would not register: run fleet setup first`,
    );
  const [obstacle] = obstacles(cli, found);
  if (obstacle !== undefined) throw unready(cli, `${obstacle}: change that first`);
  return cli.program;
}

function unready({ title }: HookableCli, why: string): FleetError {
  return new FleetError("unavailable", `launching ${title}: ${why}`);
}
