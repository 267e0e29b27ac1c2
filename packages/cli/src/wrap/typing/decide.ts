import { isEmpty, type Draft } from "../composer/draft.ts";

/** What is known when something is to be typed for a session. */
export interface Sight {
  readonly hasEnded: boolean;
  readonly draft: Draft;
  /** Milliseconds since the person's last key; infinite before the first. */
  readonly restMs: number;
  /** Of a command without hooks: milliseconds until it has printed nothing for long enough; 0 when it has. */
  readonly quietInMs: number;
  /** RFC 3339 in milliseconds: when something was submitted last, by whomever; undefined before the first time. */
  readonly submittedAtMs: number | undefined;
  /** Since when the session is idle; undefined where the daemon does not say. */
  readonly idleSinceMs: number | undefined;
  /** Whether the session is idle and has mail: undefined until the daemon was asked, which it is last. */
  readonly isWanted: boolean | undefined;
}

/** What to do with a line that is to be typed. */
export type Decision =
  | { readonly is: "type" | "ask" }
  /** Something that passes. `retryInMs`: it passes by itself. */
  | { readonly is: "wait"; readonly reason: string; readonly retryInMs?: number }
  | { readonly is: "never"; readonly reason: string };

/** How long a person's keys must rest before fleet types. */
export const quietMs = 500;

/** Decides by the rules of safe typing (DESIGN §6), the gravest first: wait, never clear, never submit a draft. */
export function decide(sight: Sight): Decision {
  if (sight.hasEnded) return { is: "never", reason: "the command has ended" };
  if (sight.isWanted === false) return { is: "never", reason: "no longer wanted" };
  const { draft, restMs } = sight;
  if (draft.characters > 0 || draft.isPasting)
    return { is: "wait", reason: "a draft stands in the composer" };
  if (!isEmpty(draft))
    return { is: "wait", reason: "keys were pressed that may have put something into the composer" };
  if (isUnproved(sight))
    return { is: "wait", reason: "what was submitted last began no turn: a menu or a view may be open" };
  if (sight.quietInMs > 0)
    return { is: "wait", reason: "the command is printing", retryInMs: sight.quietInMs };
  if (restMs < quietMs) return { is: "wait", reason: "a person is typing", retryInMs: quietMs - restMs };
  return { is: sight.isWanted === undefined ? "ask" : "type" };
}

/** A turn that began and ended since tells that it was a prompt. */
function isUnproved({ draft, submittedAtMs, idleSinceMs }: Sight): boolean {
  if (!draft.mayBeOpen) return false;
  return submittedAtMs === undefined || idleSinceMs === undefined || submittedAtMs >= idleSinceMs;
}
