import { hookCli } from "./hook-cli.ts";
import { hookPayloadSchema } from "./payload.ts";
import { driftOf, eventOf, type CliTable, type ContextRule } from "./table.ts";
import type { TranslatableRequest, Translated } from "./translate.ts";

/** What fleet makes of one payload. */
export interface PayloadPreview {
  /** The CLI's own name of the event. */
  readonly event: string;
  /** Whether its table has this event. */
  readonly isKnown: boolean;
  /** The events that would be published; none: it means nothing. */
  readonly meaning: readonly Translated[];
  /** Fields that the translation rests on and that are not there. */
  readonly missing: readonly string[];
  /** Keys of the payload that fleet reads nothing of. */
  readonly unread: readonly string[];
  /** What may be answered, and how a text would be written. */
  readonly context: ContextRule;
  readonly answer?: string;
}

/** Reads a payload as the daemon does, and tells of it; pure. Throws `malformed` for one of no session. */
export function previewPayload(table: CliTable, request: TranslatableRequest): PayloadPreview {
  const cli = hookCli(table);
  const event = cli.nameOf(request);
  const { context = "none" } = eventOf(table, event) ?? {};
  return {
    ...{ event, isKnown: eventOf(table, event) !== undefined, context },
    meaning: cli.translate({ ...request, event }),
    missing: driftOf(table, event, request.payload),
    unread: unreadOf(table, request.payload),
    ...(context === "none" ? {} : { answer: cli.answer(event, "…") }),
  };
}

function unreadOf({ fields, eventField }: CliTable, payload: TranslatableRequest["payload"]): string[] {
  const placed = new Map(Object.entries(fields));
  const own = Object.keys(hookPayloadSchema.shape).map((field) => placed.get(field) ?? field);
  const read = [...own, ...(eventField === undefined ? [] : [eventField])];
  const roots = new Set(read.flatMap((path) => [path, path.split(".")[0]]));
  return Object.keys(payload).filter((key) => !roots.has(key));
}
