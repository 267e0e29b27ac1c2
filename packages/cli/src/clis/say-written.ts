import type { SettingsPlan } from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";

/** What was done to a settings file: one that only fleet had filled is gone with what fleet wrote. */
export async function sayWritten(
  title: string,
  { plan, backup }: { readonly plan: SettingsPlan; readonly backup: string | undefined },
  context: Context,
): Promise<void> {
  const did = plan.after === undefined ? "deleted" : "wrote";
  await context.say(`${title}: ${did} ${plan.target}${backup ? `, as it was: ${backup}` : ""}`);
}
