import { sanitiseLine, type CheckResult } from "@fleetbus/core";
import type { AdapterView, ConsumerView } from "@fleetbus/core/api";

/** Whether each adapter does its work, and what is left of those that were removed. */
export function adapterChecks(
  adapters: readonly AdapterView[],
  consumers: readonly ConsumerView[],
): readonly CheckResult[] {
  return [...adapters.flatMap(adapterCheck), ...consumers.flatMap(orphanCheck)];
}

function adapterCheck(view: AdapterView): readonly CheckResult[] {
  const { name, state, lastError, paused } = view;
  const way = `fleet adapter show ${name} says more, fleet adapter test ${name} tries it`;
  if (state === "failing")
    return [{ isOk: false, text: `adapter ${name}: ${sanitiseLine(lastError ?? "it fails")}`, way }];
  if (paused !== undefined)
    return [
      { isOk: true, text: `adapter ${name}: paused since ${paused.since}: ${sanitiseLine(paused.reason)}` },
    ];
  return state === "connected"
    ? [{ isOk: true, text: `adapter ${name}` }]
    : [{ isOk: true, text: `adapter ${name}: ${state}` }];
}

/** Nothing is wrong with it: it goes by itself. But what waits there goes with it. */
function orphanCheck({ name, isOrphan, pending, ackPending }: ConsumerView): readonly CheckResult[] {
  if (isOrphan !== true) return [];
  const text = `consumer ${name}: its adapter was removed, it goes within a day with ${pending + ackPending} events; put it back to have them`;
  return [{ isOk: true, text }];
}
