import { z } from "zod";
import { cutDeep } from "@fleetbus/core";
import type { EntryRole, TranscriptEntry, TranscriptFact, TranscriptRequest } from "./fact.ts";
import { canonical, messageHash } from "./hash.ts";

/** Reads one transcript's lines in their order; what it cannot read gives nothing. */
export interface TranscriptReader {
  /** A line that is no record of a known shape gives no facts; never throws. */
  read(line: string): readonly TranscriptFact[];
}

/** Finds the nonces in a text; each once. */
export type FindNonces = (text: string) => readonly string[];

/**
 * A reader for one transcript. It keeps only the run of user messages at the end: the CLI names a message that it has
 * already written as records by the hash of that run, without writing it again.
 */
export function transcriptReader(find: FindNonces): TranscriptReader {
  let run: UserRun = emptyRun;
  return {
    read(line) {
      const record = parseLine(line);
      if (record === undefined || record.isSidechain === true || record.agentId !== undefined) return [];
      if (record.type === "api-request") return requestOf(record);
      if (record.type === "api-request-blob") return messageOf(record.hash ?? "", find(line));
      if (record.uuid === undefined || !isEntryType(record.type)) return [];
      const entry = entryOf({ ...record, type: record.type, uuid: record.uuid }, find(line));
      run = extendRun(run, { record, entry });
      return entry.type === "user" ? [entry, ...messageOf(hashOf(run), run.nonces)] : [entry];
    },
  };
}

const blockSchema = z.looseObject({ type: z.string(), text: z.string().optional() });

const recordSchema = z.looseObject({
  type: z.string(),
  uuid: z.string().optional(),
  parentUuid: z.string().nullish(),
  timestamp: z.string().optional(),
  isSidechain: z.boolean().optional(),
  agentId: z.string().optional(),
  isApiErrorMessage: z.boolean().optional(),
  subtype: z.string().optional(),
  message: z
    .looseObject({
      role: z.string(),
      model: z.string().optional(),
      content: z.union([z.string(), z.array(blockSchema)]),
    })
    .optional(),
  attachment: z.looseObject({ type: z.string() }).optional(),
  hash: z.string().optional(),
  id: z.string().optional(),
  base: z.string().optional(),
  keep: z.int().optional(),
  tail: z.array(z.string()).optional(),
});

type Record = z.infer<typeof recordSchema>;
type EntryRecord = Record & { readonly type: TranscriptEntry["type"]; readonly uuid: string };

function parseLine(line: string): Record | undefined {
  // Long, and nothing in them bears on proof.
  if (line.startsWith('{"type":"api-request-shape"')) return undefined;
  try {
    return recordSchema.safeParse(cutDeep(JSON.parse(line))).data;
  } catch {
    // A torn or foreign line is skipped: proof then rests on what follows.
    return undefined;
  }
}

function isEntryType(type: string): type is TranscriptEntry["type"] {
  return type === "user" || type === "assistant" || type === "attachment" || type === "system";
}

function requestOf(record: Record): readonly TranscriptRequest[] {
  const { id, base, keep, tail } = record;
  if (id === undefined || keep === undefined || tail === undefined) return [];
  return [{ kind: "request", id, base, keep, tail, at: timeOf(record) }];
}

function messageOf(hash: string, nonces: readonly string[]): readonly TranscriptFact[] {
  return nonces.length === 0 ? [] : [{ kind: "message", hash, nonces }];
}

function entryOf(record: EntryRecord, nonces: readonly string[]): TranscriptEntry {
  return {
    kind: "entry",
    type: record.type,
    uuid: record.uuid,
    parent: record.parentUuid ?? undefined,
    at: timeOf(record),
    nonces: bringsNonces(record) ? nonces : [],
    role: roleOf(record),
  };
}

function timeOf(record: Record): number {
  return Date.parse(record.timestamp ?? "");
}

/** `hook_success` repeats a hook's raw output, which is not what the model gets. */
function bringsNonces(record: EntryRecord): boolean {
  if (record.type === "attachment") return record.attachment?.type !== "hook_success";
  return record.type === "user";
}

function roleOf(record: EntryRecord): EntryRole {
  if (record.type === "assistant") return answerRole(record);
  if (record.type === "system") return record.subtype === "compact_boundary" ? "compaction" : "other";
  if (record.type !== "user" || record.message === undefined) return "other";
  const { content } = record.message;
  if (typeof content === "string") return "prompt";
  if (content.some((block) => block.text?.startsWith("[Request interrupted by user") === true))
    return "interruption";
  return content.some((block) => block.type === "tool_result") ? "other" : "prompt";
}

/** What the CLI writes in the model's place bears no model's name. */
function answerRole({ isApiErrorMessage, message }: EntryRecord): EntryRole {
  if (isApiErrorMessage === true) return "failure";
  return message?.model === "<synthetic>" ? "other" : "answer";
}

/** User records that follow each other become one message; the canonical texts of their blocks. */
interface UserRun {
  readonly blocks: readonly string[];
  readonly nonces: readonly string[];
}

const emptyRun: UserRun = { blocks: [], nonces: [] };

function extendRun(run: UserRun, { record, entry }: { record: Record; entry: TranscriptEntry }): UserRun {
  if (entry.type === "assistant" || entry.role === "compaction") return emptyRun;
  if (entry.type !== "user" || record.message === undefined) return run;
  const { content } = record.message;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return {
    blocks: [...run.blocks, ...blocks.map(canonical)],
    nonces: [...new Set([...run.nonces, ...entry.nonces])],
  };
}

function hashOf(run: UserRun): string {
  return run.nonces.length === 0 ? "" : messageHash("user", run.blocks);
}
