import type { Clock, SessionRecord } from "@fleetbus/core";
import { chatReaderOf, readChatTail, type ChatTail } from "@fleetbus/hooks";
import { turnOf } from "./untold.ts";
import type { Learnt } from "./outcomes.ts";

/** The CLIs write a turn's last lines while its hook is called, or right after. */
const flushMs = 300;

/**
 * What the CLI's file says of the turn that ended, nothing where it cannot be read: what it cost, and whether what its hook
 * told as an interruption (Gemini) was a failure. Never rejects.
 */
export async function learnOf(record: SessionRecord, clock: Clock): Promise<Learnt> {
  const tail = await tailOf(record, clock);
  if (tail === undefined) return {};
  const reader = chatReaderOf(record.cli);
  const turn = turnOf(record);
  const tokens = reader?.tokensIn?.(tail, turn);
  const sinceMs = Date.parse(record.wokenBy?.at ?? "");
  const wakeTokens = Number.isNaN(sinceMs) ? undefined : reader?.tokensIn?.(tail, { ...turn, sinceMs });
  const failure = record.outcome === "interrupted" ? reader?.failureIn?.(tail, turn) : undefined;
  return { tokens, wakeTokens, failure };
}

async function tailOf(
  { cli, transcript, chatLog }: SessionRecord,
  clock: Clock,
): Promise<ChatTail | undefined> {
  const path = transcript ?? chatLog;
  if (path === undefined || chatReaderOf(cli) === undefined) return undefined;
  await clock.sleep(flushMs);
  return readChatTail(path).catch(() => undefined); // gone, or never written: then it says nothing
}
