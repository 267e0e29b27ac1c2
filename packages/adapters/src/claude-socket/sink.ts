import {
  messageOf,
  wakeAttemptSchema,
  type AdapterContext,
  type SendReceipt,
  type Sink,
  timeLimit,
} from "@fleetbus/core";
import { z } from "zod";
import type { Deadline } from "../wake/deadline.ts";
import { wakeSinkOf } from "../wake/wake-sink.ts";
import type { ClaudeSocketConfig } from "./adapter.ts";
import { whyNotOwnSocket } from "./owned-socket.ts";
import { writeLines } from "./write-lines.ts";

/** The session's own token goes first where the wake carries one; the socket works without it. */
const attemptSchema = wakeAttemptSchema.extend({ messagingToken: z.string().optional() });
type Attempt = z.infer<typeof attemptSchema>;

/** The sink of the claude-socket adapter. */
export function claudeSocketSink(config: ClaudeSocketConfig, context: AdapterContext): Sink {
  const act = (attempt: Attempt, deadline: Deadline) => deliver(attempt, deadline, { config, context });
  return wakeSinkOf({ doing: "waking by messaging socket", schema: attemptSchema, act }, context);
}

interface Lent {
  readonly config: ClaudeSocketConfig;
  readonly context: AdapterContext;
}

async function deliver(
  attempt: Attempt,
  deadline: Deadline,
  { config, context }: Lent,
): Promise<SendReceipt> {
  const path = attempt.messagingSocket;
  if (path === undefined) return { skipped: "its messaging socket is not known" };
  const reason = await whyNotOwnSocket(path);
  if (reason !== undefined) return { skipped: reason };
  if (deadline.isOver()) return { skipped: "the deadline passed" };
  if (!(await context.stillWanted(attempt.nonce))) return { skipped: "no longer wanted" };
  const limit = AbortSignal.any([deadline.signal, timeLimit(config.timeoutMs)]);
  try {
    await writeLines(path, linesOf(attempt), limit);
    return {};
  } catch (error) {
    if (deadline.signal.aborted && !deadline.isOver()) throw deadline.signal.reason;
    // The next rung is better than a second try: the socket may have taken the text.
    return {
      skipped: `writing to its messaging socket: ${limit.aborted ? "no answer in time" : messageOf(error)}`,
    };
  }
}

function linesOf({ text, messagingToken }: Attempt): readonly string[] {
  const message = { type: "user", message: { role: "user", content: text } };
  const auth = messagingToken === undefined ? [] : [{ type: "auth", token: messagingToken }];
  return [...auth, message].map((line) => JSON.stringify(line));
}
