import { FleetError } from "@fleetbus/core";
import type { HookableCli } from "../../clis/found.ts";
import type { Context } from "../../command/context.ts";
import { versionOf } from "../../setup/cli-version.ts";

/**
 * Asks the programs of all for their versions at once. What it gives rejects with `version` for one that is older than the
 * hooks that fleet installs: such a CLI may refuse a whole file of settings. A program that is not there, or does not say
 * its version, is no reason.
 */
export function askVersions(
  clis: readonly HookableCli[],
  context: Context,
): (cli: HookableCli) => Promise<void> {
  const asked = new Map(clis.map((cli) => [cli, versionOf(cli, context)] as const));
  void Promise.allSettled(asked.values()); // each is told where its CLI's turn comes
  return async (cli) => {
    const { version = "", needs } = (await asked.get(cli)) ?? {};
    if (needs === undefined) return;
    throw new FleetError(
      "version",
      `installing hooks into ${cli.title}: ${cli.program ?? ""} is ${version}, they need ${needs} or newer; update it and try again, nothing was changed for it`,
    );
  };
}
