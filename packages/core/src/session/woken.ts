import { z } from "zod";
import type { Seen } from "./facts.ts";
import type { SessionRecord } from "./record.ts";

/** That fleet woke a turn, or let it go on. */
export const wokenBySchema = z.object({
  rung: z.string(),
  /** RFC 3339: what the turn used from here on is the wake's. */
  at: z.string(),
});
export type WokenBy = z.infer<typeof wokenBySchema>;

const total = z.number().nonnegative();

/** Sums over wakes; of a wake whose CLI tells no tokens only the count grows. */
export const wakeCostSchema = z.object({ wakes: total, input: total, cached: total, output: total });
export type WakeCost = z.infer<typeof wakeCostSchema>;

type WokenFields = Partial<Pick<SessionRecord, "wokenBy" | "wakeCost">>;

/** What an event changes of them. An undefined value removes a field. */
export function wokenOf(before: SessionRecord, seen: Seen): WokenFields {
  const { kind, event, facts } = seen;
  if (kind === "prompt.submitted") return isQueued(before, seen) ? {} : { wokenBy: byPrompt(seen) };
  if (kind === "turn.continued" && facts.confirmedBy === undefined)
    return { wokenBy: before.wokenBy ?? { rung: "continuation", at: event.time } };
  return kind === "turn.accounted" ? accounted(before, seen) : {};
}

/** Typed while the turn runs: it is no other turn. */
function isQueued({ state, promptId }: SessionRecord, { facts }: Seen): boolean {
  return state === "busy" && promptId !== undefined && promptId === facts.promptId;
}

function byPrompt({ event, facts: { rung } }: Seen): WokenBy | undefined {
  return rung === undefined ? undefined : { rung, at: event.time };
}

/** The next turn may have been woken already. */
function accounted({ wokenBy, wakeCost }: SessionRecord, { facts: { since, tokens } }: Seen): WokenFields {
  const { wakes = 0, input = 0, cached = 0, output = 0 } = wakeCost ?? {};
  return {
    wokenBy: wokenBy?.at === since ? undefined : wokenBy,
    wakeCost: {
      wakes: wakes + 1,
      input: input + (tokens?.input ?? 0),
      cached: cached + (tokens?.cached ?? 0),
      output: output + (tokens?.output ?? 0),
    },
  };
}
