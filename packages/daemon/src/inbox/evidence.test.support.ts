import type { SessionRecord } from "@fleetbus/core";
import { bell } from "../life/bell.ts";
import type { Evidence } from "./proof.ts";

/** A conversation's record that a test writes, nonce by nonce. */
export interface ScriptedEvidence extends Evidence {
  readonly requested: Set<string>;
  readonly answered: Set<string>;
  readonly kept: Set<string>;
  readonly lost: Set<string>;
  /** Whoever waits for a change looks again. */
  tell(): void;
}

/** One that says nothing yet. */
export function scriptedEvidence(): ScriptedEvidence {
  const told = bell();
  const [requested, answered, kept, lost] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  return {
    ...{ requested, answered, kept, lost },
    look: () =>
      Promise.resolve({
        requested: new Set([...requested, ...answered]),
        answered: new Set(answered),
        kept: new Set(kept),
      }),
    change: (_record, signal) => told.wait(signal),
    hasLost: (_record, nonce) => lost.has(nonce),
    forget: () => undefined,
    tell: told.ring,
  };
}

/** A busy session whose conversation is recorded in the file `transcript`. */
export function recordOf(transcript: string): SessionRecord {
  return {
    ...{ machine: "lab", name: "web", display: "web", cli: "claude" },
    ...{ state: "busy", hooked: true, wake: true },
    ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "" },
    transcript,
  };
}
