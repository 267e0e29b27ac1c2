import { FleetError } from "@fleetbus/core";
import { openCredentials, type ContextRole, type NatsContext } from "@fleetbus/daemon/server";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { json, text, toggle } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { readSettings } from "../../settings/read-settings.ts";
import { lastServerUrl } from "../../without-daemon/last-server.ts";

/** `fleet context`: for other NATS tools. */
export const context = defineCommand({
  about:
    "Says how another NATS tool looks in: the server's URL and a credentials file (0600), and with --json a context of the nats CLI. Without a flag it is the owner of the streams, who may do everything.",
  args: {},
  flags: {
    session: text("--session <name>", "as this session of this machine: only what it may do"),
    system: toggle("--system", "as the system account: connections, not messages"),
    json,
  },
  examples: [
    {
      line: 'fleet context --json > "${XDG_CONFIG_HOME:-$HOME/.config}/nats/context/fleet.json"',
      about: "then: nats --context fleet stream ls",
    },
    { line: "fleet context", about: "URL, credentials file, and how to use them" },
  ],
  async run(options, given) {
    const found = await contextFor(options, given);
    if (options.json) return printJson(given, found);
    await given.print(renderFields({ ...found }));
    await given.say(
      `\nnats --server ${found.url} --creds ${found.creds}${found.inbox_prefix ? ` --inbox-prefix ${found.inbox_prefix}` : ""} stream ls`,
    );
  },
});

async function contextFor(
  options: { readonly session: string | undefined; readonly system: boolean },
  given: Context,
): Promise<NatsContext> {
  if (options.session !== undefined && options.system) {
    throw new FleetError("usage", "reading the command line: --session and --system exclude each other");
  }
  const { machine, ns } = await readSettings(given);
  const role: ContextRole = options.system
    ? "system"
    : options.session === undefined
      ? "hub"
      : { ns, machine, session: options.session };
  const url = await serverUrl(given);
  const credentials = await openCredentials({ paths: given.paths(), clock: given.world.clock });
  return credentials.contextFor(role, url);
}

/** Of the running daemon, else of the server that ran last; a server that is not fleet's own has its owner's credentials. */
async function serverUrl(given: Context): Promise<string> {
  const status = await given.daemon().status();
  if (status === undefined) return lastServerUrl(given.paths());
  if (status.server.isManaged) return status.server.url;
  throw new FleetError(
    "refused",
    `describing ${status.server.url}: that server is not fleet's own; its credentials are with whoever runs it`,
  );
}
