import type { CliConfig } from "@fleetbus/core";
import { claudeCli, codexCli, customTable, geminiCli, grokCli, hookCli } from "@fleetbus/hooks";
import type { Cli } from "./cli-port.ts";

/** The CLIs that hooks may speak for, by the name in their calls: the built-in ones, and those of the config. */
export function knownClis(own: readonly CliConfig[] = []): ReadonlyMap<string, Cli> {
  const custom = own.map((config) => hookCli(customTable(config)));
  const clis: readonly Cli[] = [...custom, claudeCli, codexCli, geminiCli, grokCli, demoCli];
  return new Map(clis.map((cli) => [cli.name, cli]));
}

/** The agent of `fleet demo`: it runs hooks in Claude Code's shape, and is a CLI of its own to the fleet. */
const demoCli: Cli = {
  ...claudeCli,
  name: "demo",
  translate: (call) =>
    claudeCli.translate(call).map(({ kind, data }) => ({ kind, data: { ...data, cli: "demo" } })),
};

/** The CLIs by a config that may change: looked at anew only then. */
export function clisOf(config: () => { readonly cli: readonly CliConfig[] }): () => ReadonlyMap<string, Cli> {
  let made: { readonly of: readonly CliConfig[]; readonly clis: ReadonlyMap<string, Cli> } | undefined;
  return () => {
    const { cli } = config();
    if (made?.of !== cli) made = { of: cli, clis: knownClis(cli) };
    return made.clis;
  };
}
