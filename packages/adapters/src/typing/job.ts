import { FleetError, type WakeAttempt } from "@fleetbus/core";
import { typedLine } from "./line.ts";
import { composerOf } from "./screen/clis.ts";
import type { TypingJob } from "./type-wake.ts";

/**
 * What an attempt asks to be typed, or why nothing is: an unknown process cannot be proved to be in the pane, an unknown
 * composer cannot be read. Throws `malformed` where nothing of its text can be typed.
 */
export function typingJob(attempt: WakeAttempt): TypingJob | { readonly skipped: string } {
  const { pid, cli, rung } = attempt;
  if (pid === undefined)
    return { skipped: "its process is not known, so the pane cannot be proved to be its own" };
  const facts = composerOf(cli);
  if (facts === undefined) return { skipped: `the composer of ${cli} is not known` };
  const line = typedLine(attempt.text, facts.leads);
  if (line === "")
    throw new FleetError("malformed", `typing into ${rung}: nothing printable in the wake's text`);
  const progress = { hasTyped: false, reason: "another wake for its pane was under way" };
  return { pid, facts, line, isRetry: attempt.isRetry === true, progress };
}
