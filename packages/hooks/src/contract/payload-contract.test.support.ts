/** A payload with the event that it tells of. */
export interface ToldPayload {
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What the payloads of one CLI's version were like: by event and field, of which types, and whether in each of them. */
export type PayloadContract = ReadonlyMap<string, ReadonlyMap<string, FieldContract>>;

interface FieldContract {
  readonly types: ReadonlySet<string>;
  readonly isAlways: boolean;
}

/** How a payload differs from what was captured: by the names of its fields. */
export interface PayloadChanges {
  /** Were in each payload of that event. */
  readonly missing: readonly string[];
  /** As `field: was string, is number`. */
  readonly changed: readonly string[];
  /** Nobody has seen them there: they are kept, and mean nothing yet. */
  readonly added: readonly string[];
}

/** The contract that captured payloads make. Pure. */
export function contractOf(captured: readonly ToldPayload[]): PayloadContract {
  const events = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const { event, payload } of captured) events.set(event, [...(events.get(event) ?? []), payload]);
  return new Map([...events].map(([event, payloads]) => [event, fieldsOf(payloads)]));
}

/** What a payload breaks of the contract; undefined for an event that was never captured. Pure. */
export function changesOf(
  contract: PayloadContract,
  { event, payload }: ToldPayload,
): PayloadChanges | undefined {
  const fields = contract.get(event);
  if (fields === undefined) return undefined;
  const missing = [...fields].filter(([field, { isAlways }]) => isAlways && !Object.hasOwn(payload, field));
  const changed = [...fields].filter(
    ([field, { types }]) => Object.hasOwn(payload, field) && !types.has(typeOf(payload[field])),
  );
  return {
    missing: missing.map(([field]) => field),
    changed: changed.map(
      ([field, { types }]) => `${field}: was ${[...types].join(" or ")}, is ${typeOf(payload[field])}`,
    ),
    added: Object.keys(payload).filter((field) => !fields.has(field)),
  };
}

function fieldsOf(payloads: readonly Readonly<Record<string, unknown>>[]): Map<string, FieldContract> {
  const names = new Set(payloads.flatMap((payload) => Object.keys(payload)));
  return new Map(
    [...names].map((field) => {
      const having = payloads.filter((payload) => Object.hasOwn(payload, field));
      const types = new Set(having.map((payload) => typeOf(payload[field])));
      return [field, { types, isAlways: having.length === payloads.length }];
    }),
  );
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
