import type { DeadView } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { printJson } from "../../output/json.ts";
import { sanitiseLine } from "@fleetbus/core";

/** Retries or drops dead letters one after the other and prints each; the first that fails ends it. */
export async function settle(
  how: "retry" | "drop",
  { seqs, json }: { readonly seqs: readonly number[]; readonly json: boolean },
  context: Context,
): Promise<void> {
  const api = context.api();
  const items: DeadView[] = [];
  for (const seq of seqs) items.push(await api.settleDead(how, seq));
  if (json) return printJson(context, { items });
  const word = how === "retry" ? "sent again to" : "dropped, it was for";
  for (const { seq, subject } of items) await context.print(`${seq}  ${word} ${sanitiseLine(subject)}`);
}
