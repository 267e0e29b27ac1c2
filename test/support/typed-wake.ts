import { systemClock, type AdapterContext, type FleetEvent } from "@fleetbus/core";

/** The words of a wake. */
export const line = (nonce: string) =>
  `fleet: 2 messages from lab/api wait; run: fleet inbox [fleet:${nonce}]`;

/** Where a wake is typed, by which rung, and how long it may take. */
export interface TypedWake {
  readonly rung: "tmux" | "zellij";
  readonly socket: string;
  readonly pane: string;
  readonly pid: number;
  readonly deadlineMs: number;
}

let events = 0;

/** The event of one attempt to wake the demo agent by typing; `overrides` change its data. */
export function typedWake(
  { rung, socket, pane, pid, deadlineMs }: TypedWake,
  overrides: Readonly<Record<string, unknown>> = {},
): FleetEvent {
  events += 1;
  const { nonce: given } = overrides;
  const nonce = typeof given === "string" ? given : `nonce${String(events).padStart(6, "0")}`;
  return {
    id: `wake${events}`,
    kind: `wake.${rung}`,
    from: { machine: "lab", session: "me" },
    time: new Date().toISOString(),
    origin: "system",
    data: {
      to: { machine: "lab", session: "web" },
      ...{ rung, nonce, idleGeneration: 1, text: line(nonce), cli: "demo", pid },
      deadline: new Date(Date.now() + deadlineMs).toISOString(),
      pane: { mux: rung, socket, id: pane },
      ...overrides,
    },
  };
}

/** What the host lends to an adapter that types. */
export function typingContext(name: string, stillWanted: AdapterContext["stillWanted"]): AdapterContext {
  const silent = () => undefined;
  return {
    name,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: systemClock,
    fetch: globalThis.fetch,
    ns: "main",
    addressesOf: async (host) => [host],
    stillWanted,
  };
}
