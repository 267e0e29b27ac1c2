import {
  wakeAttemptSchema,
  type AdapterContext,
  type SendReceipt,
  type Sink,
  type WakeAttempt,
} from "@fleetbus/core";
import type { z } from "zod";
import { connectionlessSink } from "../sending/connectionless-sink.ts";
import { deadlineAt, type Deadline } from "./deadline.ts";
import { parseWake } from "./parse-wake.ts";

/** What one rung does with an attempt. */
export interface WakeRung<Attempt extends WakeAttempt> {
  /** As a gerund: it begins the words of an error. */
  readonly doing: string;
  readonly schema: z.ZodType<Attempt>;
  /** Until the deadline, whose signal aborts too when the host's does or the sink closes. */
  act(attempt: Attempt, deadline: Deadline): Promise<SendReceipt>;
}

/** The sink of a rung: reads the attempt and keeps its deadline. Sends may overlap; `close` ends them with `unavailable`. */
export function wakeSinkOf<Attempt extends WakeAttempt>(
  { doing, schema, act }: WakeRung<Attempt>,
  { clock }: Pick<AdapterContext, "clock">,
): Sink {
  return connectionlessSink(doing, async (event, signal) => {
    const attempt = parseWake(event, schema);
    const deadline = deadlineAt(attempt.deadline, clock, signal);
    try {
      return await act(attempt, deadline);
    } finally {
      deadline.close();
    }
  });
}

/** The sink of a rung that needs no more than every attempt says. */
export function wakeSink(
  rung: Omit<WakeRung<WakeAttempt>, "schema">,
  context: Pick<AdapterContext, "clock">,
): Sink {
  return wakeSinkOf({ ...rung, schema: wakeAttemptSchema }, context);
}
