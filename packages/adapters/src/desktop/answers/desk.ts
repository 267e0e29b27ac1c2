import type { AdapterContext } from "@fleetbus/core";
import { shownToasts, type ShownToasts } from "../shown.ts";
import { picksOf, type Picks } from "./queue.ts";
import { waitsOf, type Waits } from "./waits.ts";

/** What the sink and the source of one instance share: the one shows what the other hears the answers of. */
export interface Desk {
  readonly shown: ShownToasts;
  readonly waits: Waits;
  readonly picks: Picks;
}

/** Finds the desk of an instance by what the host lends it: either half is opened by itself, with the same context. */
export function desks(): (context: AdapterContext) => Desk {
  const known = new WeakMap<AdapterContext, Desk>();
  return (context) => {
    const desk = known.get(context) ?? { shown: shownToasts(), waits: waitsOf(), picks: picksOf() };
    known.set(context, desk);
    return desk;
  };
}
