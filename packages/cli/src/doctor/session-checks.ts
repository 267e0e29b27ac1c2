import { sanitiseLine, type CheckResult } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";

const way =
  "restart its CLI, or see /hooks in it; fleet hooks status shows whether they are installed; it heals with the next hook";

/** Which of these sessions do what their hooks do not tell of (DESIGN §4): nothing wakes them, no rung types into them. */
export function sessionChecks(sessions: readonly SessionView[]): readonly CheckResult[] {
  return sessions.flatMap(({ name, drift }) =>
    drift === undefined
      ? []
      : [{ isOk: false, text: `hooks of session ${name}: silent, ${sanitiseLine(drift)}`, way }],
  );
}
