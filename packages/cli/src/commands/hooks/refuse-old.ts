import { FleetError } from "@fleetbus/core";
import type { HookableCli } from "../../clis/found.ts";
import type { Context } from "../../command/context.ts";
import { versionOf } from "../../setup/cli-version.ts";

/**
 * Rejects with `version` where the program of one of them is older than the hooks that fleet installs: such a CLI may
 * refuse a whole file of settings. A program that is not there, or does not say its version, is no reason.
 */
export async function refuseOld(clis: readonly HookableCli[], context: Context): Promise<void> {
  const found = await Promise.all(clis.map(async (cli) => ({ cli, ...(await versionOf(cli, context)) })));
  const [old] = found.filter(({ needs }) => needs !== undefined);
  if (old === undefined) return;
  const { cli, version = "", needs = "" } = old;
  throw new FleetError(
    "version",
    `installing hooks into ${cli.title}: ${cli.program ?? ""} is ${version}, they need ${needs} or newer; update it and try again, nothing was changed`,
  );
}
