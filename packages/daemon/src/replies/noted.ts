import {
  sanitiseLine,
  type Clock,
  type FleetError,
  type RepliesConfig,
  type SourceDelivery,
} from "@fleetbus/core";
import type { InboundView } from "@fleetbus/core/api";
import { budget } from "../wake/budget.ts";
import type { AuditLine } from "./audit.ts";
import { isSuspicious, whyOf } from "./refusal.ts";
import type { Outcome } from "./take.ts";

const toldEveryMs = 60_000;
const shownBytes = 300;

/** What came in by one instance, in numbers and for the record. */
export interface Noted {
  taken(delivery: SourceDelivery, outcome: Outcome): void;
  refused(delivery: SourceDelivery, error: FleetError): void;
  tally(): Pick<InboundView, "taken" | "refused" | "lastRefusal">;
}

/** What noting needs. None of it throws. */
export interface NotedDeps {
  readonly name: string;
  readonly rules: RepliesConfig;
  readonly clock: Clock;
  audit(line: AuditLine): void;
  announce(kind: string, data: Readonly<Record<string, unknown>>): void;
}

/** Nothing came in yet. Strangers are counted; they are told of once a minute, and fill the audit no faster than `replies.rate`. */
export function notedOf({ name, rules, clock, audit, announce }: NotedDeps): Noted {
  const counts = { taken: 0, refused: 0, untold: 0 };
  const lines = budget(rules.rate, clock);
  const telling = budget({ count: 1, perMs: toldEveryMs }, clock);
  let lastRefusal: string | undefined;
  const tell = (why: string) => {
    counts.untold += 1;
    if (!telling.has(name)) return;
    telling.spend(name);
    announce("adapter.refused", { why, count: counts.untold });
    counts.untold = 0;
  };
  return {
    taken: ({ sender }, { taken, outcome, text }) => {
      if (outcome === "repeat") return;
      counts.taken += 1;
      const { message } = taken;
      audit({ adapter: name, sender: sender?.id, outcome, to: message?.to, message: message?.id, text });
    },
    refused: ({ sender }, error) => {
      const why = whyOf(error);
      counts.refused += 1;
      lastRefusal = sanitiseLine(error.message, { maxBytes: shownBytes });
      if (isSuspicious(error)) tell(why);
      if (error.details["isSilent"] === true) {
        if (!lines.has(name)) return;
        lines.spend(name);
      }
      audit({ adapter: name, sender: sender?.id, outcome: "refused", why });
    },
    tally: () => ({
      ...{ taken: counts.taken, refused: counts.refused },
      ...(lastRefusal === undefined ? {} : { lastRefusal }),
    }),
  };
}
