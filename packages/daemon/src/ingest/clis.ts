import { claudeCli, codexCli, geminiCli, grokCli } from "@fleetbus/hooks";
import type { Cli } from "./cli-port.ts";

/** The CLIs that hooks may speak for, by the name in their calls. */
export function knownClis(): ReadonlyMap<string, Cli> {
  const clis: readonly Cli[] = [claudeCli, codexCli, geminiCli, grokCli, demoCli];
  return new Map(clis.map((cli) => [cli.name, cli]));
}

/** The agent of `fleet demo`: it runs hooks in Claude Code's shape, and is a CLI of its own to the fleet. */
const demoCli: Cli = {
  ...claudeCli,
  name: "demo",
  translate: (call) =>
    claudeCli.translate(call).map(({ kind, data }) => ({ kind, data: { ...data, cli: "demo" } })),
};
