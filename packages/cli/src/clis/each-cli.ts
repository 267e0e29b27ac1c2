import { FleetError, toFleetError } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import type { HookableCli } from "./found.ts";

/** What could not be done to one CLI. */
export interface Obstacle {
  readonly cli: HookableCli;
  readonly error: FleetError;
}

/**
 * Takes a step for each CLI in turn. What is wrong with one of several (settings that are no valid JSON, or read-only) is
 * said with its name, keeps none of the others, and is given back; what is wrong with the only one is thrown, as
 * is the end of the whole: a person's no (`refused`), an abort.
 */
export async function eachCli(
  clis: readonly HookableCli[],
  step: (cli: HookableCli) => Promise<void>,
  context: Context,
): Promise<readonly Obstacle[]> {
  const found: Obstacle[] = [];
  for (const cli of clis) {
    try {
      await step(cli);
    } catch (thrown) {
      const error = toFleetError(thrown);
      if (clis.length === 1 || error.code === "refused" || context.world.signal.aborted) throw thrown;
      found.push({ cli, error });
      await context.say(`${cli.title}: ${error.message}`);
    }
  }
  return found;
}

/** Throws where there were obstacles: with their code where they have one in common, else `failed`. */
export function requireNone(doing: string, found: readonly Obstacle[], rest: string): void {
  const [first] = found;
  if (first === undefined) return;
  const { code } = first.error;
  const isCommon = found.every(({ error }) => error.code === code);
  const titles = [...new Set(found.map(({ cli }) => cli.title))].join(", ");
  throw new FleetError(
    isCommon ? code : "failed",
    `${doing}: what is in the way for ${titles} is said above; ${rest}`,
  );
}
