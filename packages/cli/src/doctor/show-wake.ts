import type { WakeStepView, WakeView } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import { printJson } from "../output/json.ts";
import { lineOf } from "../output/line.ts";

/** `fleet doctor --wake`: the daemon's own account of a session's ladder, in words. Starts no daemon that is not there. */
export async function showWake(ref: string, isJson: boolean, context: Context): Promise<void> {
  const view = await context.api().wake(ref);
  if (isJson) return printJson(context, view);
  await context.print(lineOf([view.session, view.state, `${view.waiting} waiting that may wake it`]));
  for (const step of view.rungs) await context.print(stepLine(step));
  for (const obstacle of view.obstacles) await context.print(`  but    ${lineOf([obstacle])}`);
  await context.print(lineOf([verdict(view)]));
}

function stepLine({ rung, isReady, why, way }: WakeStepView): string {
  const hint = way === undefined ? [] : [`→ ${way}`];
  return `  ${isReady ? "ready" : "no   "}  ${lineOf([rung.padEnd(12), why, ...hint])}`;
}

function verdict({ obstacles, rungs, waiting }: WakeView): string {
  if (obstacles.length > 0) return "it would not be woken now";
  const first = rungs.find((rung) => rung.isReady)?.rung ?? "";
  return waiting > 0 ? `it is being woken by ${first}` : `a message would wake it by ${first}`;
}
