import { silenceOf, type CheckResult } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";

const more = "fleet hooks status shows whether they are installed; it heals with the next hook";

/** Which of these sessions do what their hooks do not tell of (DESIGN §4): nothing wakes them, no rung types into them. */
export function sessionChecks(sessions: readonly SessionView[]): readonly CheckResult[] {
  return sessions.flatMap((session) => {
    const silence = silenceOf(session);
    if (silence === undefined) return [];
    return [
      { isOk: false, text: `session ${session.name}: ${silence.what}`, way: `${silence.way}; ${more}` },
    ];
  });
}
