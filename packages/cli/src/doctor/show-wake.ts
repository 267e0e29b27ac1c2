import type { WakeView } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import { printJson } from "../output/json.ts";
import { lineOf } from "../output/line.ts";

/** `fleet doctor --wake`: the daemon's own account of a session's ladder, in words. Starts no daemon that is not there. */
export async function showWake(ref: string, isJson: boolean, context: Context): Promise<void> {
  const view = await context.api().wake(ref);
  if (isJson) return printJson(context, view);
  await context.print(lineOf([view.session, view.state, `${view.waiting} waiting that may wake it`]));
  for (const { rung, isReady, why } of view.rungs)
    await context.print(`  ${isReady ? "ready" : "no   "}  ${lineOf([rung.padEnd(6), why])}`);
  for (const obstacle of view.obstacles) await context.print(`  but    ${lineOf([obstacle])}`);
  await context.print(lineOf([verdict(view)]));
}

function verdict({ obstacles, rungs, waiting }: WakeView): string {
  if (obstacles.length > 0) return "it would not be woken now";
  const first = rungs.find((rung) => rung.isReady)?.rung ?? "";
  return waiting > 0 ? `it is being woken by ${first}` : `a message would wake it by ${first}`;
}
