import { FleetError } from "@fleetbus/core";
import { z } from "zod";
import { call } from "./call.js";

const doing = "listening to doorbell";
const againAfterMs = 1000;
const replySchema = z.object({
  id: z.string(),
  from: z.string(),
  text: z.string(),
  answers: z.string().optional(),
});

/** doorbell → bus. The far side keeps each reply until it is settled: what nobody took is asked for again. */
export function openSource(config, context) {
  const closing = new AbortController();
  const ask = (what, signal) =>
    call({ doing, ...what }, { config, context, signal: AbortSignal.any([signal, closing.signal]) });
  const settle = (id, line) =>
    ask({ method: "POST", path: `/replies/${encodeURIComponent(id)}`, body: { line } }, closing.signal);
  return {
    connect: async (signal) => signal.throwIfAborted(),
    receive: async function* (signal) {
      for (;;) {
        const found = await ask({ method: "GET", path: "/replies/next" }, signal);
        if (found === undefined) continue; // nobody said anything for a while
        const verdict = verdictOf(AbortSignal.any([signal, closing.signal]));
        yield deliveryOf(replySchema.parse(found), { settle, decide: verdict.decide });
        const againMs = await verdict.decided;
        if (againMs > 0) await context.clock.sleep(againMs, signal);
      }
    },
    close: async () => closing.abort(new FleetError("unavailable", `${doing}: it is closing`)),
  };
}

function deliveryOf(reply, { settle, decide }) {
  const { id, from, text, answers } = reply;
  /** Where that fails the far side has it still: it comes again, and the host says the same of it. */
  const tell = async (line) => {
    let againMs = againAfterMs;
    try {
      await settle(id, line);
      againMs = 0;
    } finally {
      decide(againMs);
    }
  };
  return {
    id,
    sender: { id: from },
    said: { type: "text", text, ...(answers === undefined ? {} : { answers }) },
    ack: async ({ line }) => {
      await tell(line);
      return {};
    },
    nak: async ({ isRetryable, details, message }) => {
      if (isRetryable) decide(Number(details["retryAfterMs"] ?? againAfterMs));
      else await tell(details["isSilent"] === true ? "" : message);
    },
  };
}

/** The next reply is asked for when this one is decided. */
function verdictOf(signal) {
  let decide = () => undefined;
  const decided = new Promise((resolve, reject) => {
    decide = resolve;
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  decided.catch(() => undefined); // nobody waits for it any more
  return { decided, decide };
}
