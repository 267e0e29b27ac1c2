import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { version as own } from "../../version.ts";

/** `fleet version` */
export const version = defineCommand({
  about:
    "Says the versions of fleet, of Node and, where they run, of the daemon and the server. Starts nothing.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet version --json", about: "fleet, node, daemon, server" }],
  async run({ json: isJson }, context) {
    const versions = { fleet: own, node: process.versions.node, ...(await runningVersions(context)) };
    if (isJson) return printJson(context, versions);
    await context.print(renderFields(versions));
  },
});

async function runningVersions(
  context: Context,
): Promise<{ readonly daemon?: string; readonly server?: string }> {
  try {
    const status = await context.daemon().status();
    if (status === undefined) return {};
    return {
      daemon: status.version,
      ...(status.server.version === undefined ? {} : { server: status.server.version }),
    };
  } catch (error) {
    // A daemon of another version says which one it is instead of an answer.
    const theirs = error instanceof FleetError ? error.details["version"] : undefined;
    if (typeof theirs === "string") return { daemon: theirs };
    throw error;
  }
}
