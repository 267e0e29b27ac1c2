import { isDeepStrictEqual } from "node:util";
import type { SettingsDocument } from "./document.ts";
import { ownHandlers, type Handler, type HookSet } from "./hook-set.ts";

/** `outdated`: fleet's handlers stand there, but not as this version wants them (or at an event that it no longer wants). */
export type HookState = "installed" | "missing" | "outdated";

/** The state of fleet's hooks at one event. */
export interface EventState {
  readonly event: string;
  readonly state: HookState;
}

/** The state at every event that fleet wants or stands at, in the order of the set. */
export function hookStates(document: SettingsDocument | undefined, set: HookSet): readonly EventState[] {
  const own = document === undefined ? [] : ownHandlers(document, set);
  const events = [...new Set([...set.wanted, ...own].map(({ event }) => event))];
  return events.map((event) => {
    const wanted = set.wanted.find((each) => each.event === event)?.handlers ?? [];
    const found = own.filter((each) => each.event === event);
    const isNarrowed = found.some((each) => each.isNarrowed);
    return {
      event,
      state: stateOf(
        wanted,
        found.map(({ handler }) => handler),
        isNarrowed,
      ),
    };
  });
}

/** Whether nothing is to be done. */
export function isInstalled(states: readonly EventState[]): boolean {
  return states.every(({ state }) => state === "installed");
}

function stateOf(wanted: readonly Handler[], found: readonly Handler[], isNarrowed: boolean): HookState {
  if (found.length === 0) return "missing";
  const isSame =
    found.length === wanted.length &&
    wanted.every((each) => found.some((one) => isDeepStrictEqual(one, each)));
  return isSame && !isNarrowed ? "installed" : "outdated";
}
