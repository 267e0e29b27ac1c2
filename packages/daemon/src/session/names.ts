import type { FormerName, SessionRecord } from "@fleetbus/core";
import type { Incoming } from "@fleetbus/core/bus";

/** Where in time something was stored: its sequence in INBOX, and when its sender's daemon accepted it, if it says so. */
export interface Place {
  readonly seq: number;
  /** RFC 3339. */
  readonly time: string | undefined;
}

/**
 * Who bore a name when (docs/adr/0009): mail lies on the subject of the name it was sent to, and belongs to the session
 * that bore the name then. What was stored or accepted before a rename belongs to the renamed session, all else to
 * whoever bears the name now.
 */
export interface NameHistory {
  /** The names that the session called `name` bore before. */
  formerly(name: string): readonly FormerName[];
  /** Who bore `name` before, by the names of now. One look at all sessions. */
  bearersOf(name: string): readonly string[];
  /** The span of `name` in which a place lies; undefined: it belongs to the name's present bearer. */
  spanOf(name: string, place: Place): FormerName | undefined;
  /** What the session called `name` was called then. */
  nameAt(name: string, place: Place): string;
  /** What the session that was called `name` then is called now. */
  nowOf(name: string, place: Place): string;
}

/** The names of one machine's sessions; looked through again when there is another list of them. */
export function nameHistory(sessions: () => readonly SessionRecord[]): NameHistory {
  let [of, renamed]: [readonly SessionRecord[], readonly SessionRecord[]] = [[], []];
  const all = () => {
    const now = sessions();
    if (of !== now) [of, renamed] = [now, now.filter(({ formerly }) => formerly !== undefined)];
    return renamed;
  };
  const formerly = (name: string) => all().find((record) => record.name === name)?.formerly ?? [];
  const spanOf = (name: string, place: Place) => {
    const spans = all().flatMap((record) => record.formerly ?? []);
    return firstOver(
      spans.filter((span) => span.name === name),
      place,
    );
  };
  return {
    formerly,
    bearersOf: (name) =>
      all().flatMap((record) => (record.formerly?.some((span) => span.name === name) ? [record.name] : [])),
    spanOf,
    nameAt: (name, place) => firstOver(formerly(name), place)?.name ?? name,
    nowOf: (name, place) => {
      const span = spanOf(name, place);
      const bearer = all().find((record) => record.formerly?.some(({ id }) => id === span?.id));
      return bearer?.name ?? name;
    },
  };
}

/** Where something that was stored lies. */
export function placeOf({ seq, headers }: Pick<Incoming, "seq" | "headers">): Place {
  return { seq, time: headers["ce-time"] };
}

/** Spans are told apart by their ends; a name's first one that has not ended before the place is its. */
function firstOver(spans: readonly FormerName[], { seq, time }: Place): FormerName | undefined {
  const at = time === undefined ? Infinity : Date.parse(time);
  const covering = spans.filter(({ upTo, until }) => seq <= upTo || at <= Date.parse(until));
  return covering.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
}
