import type { FleetEvent, SessionRecord, TokenUsage } from "@fleetbus/core";
import type { Ending } from "./ending.ts";

/** What a turn that fleet woke has cost. */
export interface Account {
  readonly record: SessionRecord;
  readonly rung: string;
  readonly tokens: TokenUsage | undefined;
  /** What everybody may read of it. */
  readonly event: Pick<FleetEvent, "kind" | "data">;
}

/** The account of a turn's end; undefined where somebody else prompted it, or no turn ended. */
export function accountOf({ record, end, how }: Ending, tokens?: TokenUsage): Account | undefined {
  const { wokenBy, cli, cliSession, outcome } = record;
  if (wokenBy === undefined || !end.midTurn || how === "stalled") return undefined;
  const { rung, at: since } = wokenBy;
  const durationMs = Math.max(0, Date.parse(end.time) - Date.parse(since));
  const data = {
    ...{ cli, rung, since, durationMs },
    ...(cliSession === undefined ? {} : { cliSession }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(tokens === undefined ? {} : { tokens }),
  };
  return { record, rung, tokens, event: { kind: "turn.accounted", data } };
}
