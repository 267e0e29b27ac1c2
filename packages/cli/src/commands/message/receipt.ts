import type { Receipt } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { printJson } from "../../output/json.ts";

/** Prints one receipt: `<id>  <stage>  <mailbox>`, or as JSON. */
export function printReceipt(receipt: Receipt, isJson: boolean, context: Context): Promise<void> {
  if (isJson) return printJson(context, receipt);
  return context.print(`${receipt.id}  ${receipt.stage}  ${receipt.to.machine}/${receipt.to.session}`);
}
