import { offeredTo } from "../inbox/lease.ts";
import { publishMessage } from "../inbox/publish.ts";
import { rulesFor } from "../life/session-rules.ts";
import type { Edge } from "../requests/edge.ts";
import type { Metrics } from "../metrics.ts";
import { noteEvent } from "../ingest/note.ts";
import { allSessions } from "../requests/sessions.ts";
import { learnOf } from "./learn.ts";
import { outcomes, type Outcomes } from "./outcomes.ts";

/** The outcomes of a daemon whose parts are asked for only when something ends. */
export function outcomesOn(
  parts: Pick<Edge, "clock" | "ids"> & { readonly metrics: Pick<Metrics, "wakeTokens"> },
  edge: () => Edge,
): Outcomes {
  const config = () => edge().settings().config;
  return outcomes({
    clock: parts.clock,
    ids: parts.ids,
    all: () => edge().registry.all(),
    find: (name) => edge().registry.find(name),
    keep: (record) => {
      edge().registry.restore(record);
      edge().store.save(record);
    },
    sessions: () => allSessions(edge()),
    rule: (record) => rulesFor(config(), record).outcomes ?? config().supervision.outcomes,
    causes: (name) => offeredTo(edge().mailboxes.find(name)).map(({ message }) => message),
    isAnswering: (name) => edge().conversation.isAnswering(name),
    maxHops: () => edge().settings().limits.maxHops,
    learn: (record) => learnOf(record, parts.clock),
    account: ({ record: { name }, rung, tokens, event }) => {
      if (tokens !== undefined) parts.metrics.wakeTokens(rung, tokens);
      noteEvent(edge(), name, event);
    },
    publish: async (message) => {
      const { encodeMessage: encode, decodeMessage: decode } = edge().codec;
      await publishMessage(message, { ...edge(), encode, decode });
    },
    refuse: (message, reason) => void edge().receipts.write({ message }, { stage: "refused", reason }),
    onError: (error, doing) => edge().onError(error, doing),
  });
}
