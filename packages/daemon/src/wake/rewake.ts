import { z } from "zod";
import { defineAdapter, FleetError, wakeAttemptSchema, type Adapter, type FleetEvent } from "@fleetbus/core";
import type { Waiters } from "./waiters.ts";

const config = z.strictObject({});

/** The rung that lets a session's waiting background hook go (HOOKS.md §1.3 `asyncRewake`). It lives here because the daemon holds the hooks' connections. */
export function rewakeAdapter(waiters: Waiters): Adapter<z.infer<typeof config>> {
  return defineAdapter({
    spec: {
      type: "rewake",
      summary: "wakes a session through its waiting background hook",
      config,
      examples: [{ title: "on by default", config: {} }],
      traits: { idempotent: false, ordered: false, proves: "nothing" },
      on: ["wake.rewake"],
    },
    open: (_config, context) => ({
      sink: {
        connect: () => Promise.resolve(),
        send: async (event) => {
          const attempt = attemptOf(event);
          if (!(await context.stillWanted(attempt.nonce))) return { skipped: "no longer wanted" };
          const isReleased = waiters.release(attempt.to.session, attempt.text);
          return isReleased ? {} : { skipped: "no hook is waiting" };
        },
        close: () => Promise.resolve(),
      },
    }),
  });
}

function attemptOf(event: FleetEvent): z.infer<typeof wakeAttemptSchema> {
  const parsed = wakeAttemptSchema.safeParse(event.data);
  if (parsed.success) return parsed.data;
  throw new FleetError("malformed", `reading wake ${event.id}: ${parsed.error.message}`);
}
