import type { CheckResult } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";

/** Each CLI whose hooks no longer say what fleet reads of them, with the fields and how often they were missing. */
export function payloadChecks({
  payloadGaps = [],
}: Pick<StatusAnswer, "payloadGaps">): readonly CheckResult[] {
  return [...new Set(payloadGaps.map(({ cli }) => cli))].map((cli) => {
    const gaps = payloadGaps.filter((gap) => gap.cli === cli);
    const named = gaps.map(({ event, field, count }) => `${field} of ${event} (${count}×)`);
    return {
      isOk: false,
      text: `hooks of ${cli}: without ${named.join(", ")}`,
      way: "a version of it that fleet does not know: docs/clis.md names those that were tested, fleet hooks test shows a payload's meaning",
    };
  });
}
