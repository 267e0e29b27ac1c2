import type { AdapterView, DeliveryView, InboundView } from "@fleetbus/core/api";
import { sanitiseLine } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { renderTable, type Column } from "../../output/table.ts";

/** `fleet adapter show <name>` */
export const show = defineCommand({
  about: "Shows one adapter: how it is, what waits for it, and what became of its newest deliveries.",
  args: { name: required("<adapter>", "its name in fleet.toml") },
  flags: { json },
  examples: [{ line: "fleet adapter show phone --json", about: "last: id at the provider, tries, errors" }],
  async run({ name, json: isJson }, context) {
    const view = await context.api().adapter(name);
    if (isJson) return printJson(context, view);
    await context.print(renderFields(fieldsOf(view)));
    if (view.last !== undefined && view.last.length > 0)
      await context.print(`\n${renderTable(columns, view.last)}`);
  },
});

/** What one adapter is doing, as label and value. */
export function fieldsOf(view: AdapterView): Readonly<Record<string, string | number | undefined>> {
  const { name, type, state, on, runs, sent, failed, skipped, held, waiting, pending, breaker } = view;
  return {
    ...{ name, type, state, on: on.join(" "), runs, sent, failed, skipped },
    machines: view.machines?.map(machineText).join(", "),
    pending,
    held: held === 0 ? held : `${held}, the first until ${view.heldUntil ?? "?"}`,
    waiting,
    breaker: view.breakerUntil === undefined ? breaker : `${breaker} until ${view.breakerUntil}`,
    paused:
      view.paused === undefined
        ? undefined
        : `since ${view.paused.since}: ${sanitiseLine(view.paused.reason)}`,
    "last error": view.lastError === undefined ? undefined : sanitiseLine(view.lastError),
    quota: view.quota && `${view.quota.daily} a day, by ${sanitiseLine(view.quota.by)} ${view.quota.since}`,
    ...inboundFields(view.inbound),
  };
}

/** What comes back by it; nothing where nothing does. */
function inboundFields(
  inbound: InboundView | undefined,
): Readonly<Record<string, string | number | undefined>> {
  if (inbound === undefined) return {};
  const { taken, refused, lastRefusal } = inbound;
  return {
    listening: listeningText(inbound),
    ...{ taken, refused },
    "last refusal": lastRefusal === undefined ? undefined : sanitiseLine(lastRefusal),
  };
}

/** Whether it hears what is said there, and why not. */
export function listeningText({ isListening, elsewhere, lastError }: InboundView): string {
  if (isListening) return "yes";
  if (elsewhere !== undefined) return `on ${elsewhere}`;
  return lastError === undefined ? "no" : `failing: ${sanitiseLine(lastError)}`;
}

/** An adapter that runs once takes what any of its machines' entries takes. */
function machineText({ machine, isSame, on }: NonNullable<AdapterView["machines"]>[number]): string {
  return isSame ? machine : `${machine} (its entry differs, on ${on.join(" ")})`;
}

const columns: readonly Column<DeliveryView>[] = [
  { title: "AT", show: (each) => each.at },
  { title: "KIND", show: (each) => each.kind },
  { title: "SESSION", show: (each) => each.session },
  { title: "STATE", show: (each) => each.state },
  { title: "TRIES", show: (each) => each.tries },
  { title: "PROVES", show: (each) => each.proves },
  { title: "ID THERE", show: (each) => each.providerId },
  { title: "WHY", show: (each) => each.skipped ?? each.error },
];
