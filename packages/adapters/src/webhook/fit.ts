/** A CloudEvent whose data may be too long. */
export type LongEvent = Readonly<Record<string, unknown>>;

/** Texts whose end says more than their beginning. */
const tails: ReadonlySet<string> = new Set(["tail", "output", "stdout", "stderr", "log"]);
const ellipsis = "…";
/** Shorter than that a text says nothing any more. */
const minText = 24;
const maxNamed = 1000;

/**
 * The event as JSON of at most `maxBytes`: the longest texts of its data are cut, all to the same length and never within a
 * character; a log keeps its end, all else its beginning, each with an ellipsis where it was cut. The attribute
 * `fleettruncated` then names the fields, as `lastText,detail.output`. Undefined where even that is too long.
 */
export function fitted(event: LongEvent, maxBytes: number): string | undefined {
  const whole = JSON.stringify(event);
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  let [best, low, high]: [string | undefined, number, number] = [undefined, minText, maxBytes];
  while (low <= high) {
    const limit = Math.floor((low + high) / 2);
    const body = cutAt(event, limit);
    if (Buffer.byteLength(body) <= maxBytes) [best, low] = [body, limit + 1];
    else high = limit - 1;
  }
  return best;
}

function cutAt({ data, ...attributes }: LongEvent, limit: number): string {
  const fields: string[] = [];
  const short = cutIn(data, { path: [], limit, fields });
  return JSON.stringify({ ...attributes, fleettruncated: namesOf(fields), data: short });
}

interface Cut {
  readonly path: readonly string[];
  readonly limit: number;
  /** Grows by each text that is cut. */
  readonly fields: string[];
}

function cutIn(value: unknown, cut: Cut): unknown {
  if (typeof value === "string") return cutText(value, cut);
  if (typeof value !== "object" || value === null) return value;
  const inner = (key: string, each: unknown) => cutIn(each, { ...cut, path: [...cut.path, key] });
  if (Array.isArray(value)) return value.map((each: unknown, index) => inner(String(index), each));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(key, each)]));
}

function cutText(text: string, { path, limit, fields }: Cut): string {
  if (text.length <= limit && weightOf(text) <= limit) return text;
  fields.push(path.join("."));
  return path.some((key) => tails.has(key))
    ? ellipsis + endOf(text, limit)
    : beginningOf(text, limit) + ellipsis;
}

/** The longest beginning that weighs no more, an ellipsis counted in. */
function beginningOf(text: string, limit: number): string {
  return longest(limit, (units) => {
    const isWithin = isHigh(text, units - 1) && isLow(text, units);
    return text.slice(0, isWithin ? units - 1 : units);
  });
}

function endOf(text: string, limit: number): string {
  return longest(limit, (units) => {
    const begin = Math.max(0, text.length - units);
    const isWithin = begin > 0 && isHigh(text, begin - 1) && isLow(text, begin);
    return text.slice(isWithin ? begin + 1 : begin);
  });
}

function longest(limit: number, piece: (units: number) => string): string {
  let [low, high] = [0, limit];
  while (low < high) {
    const units = Math.ceil((low + high) / 2);
    if (weightOf(piece(units) + ellipsis) <= limit) low = units;
    else high = units - 1;
  }
  return piece(low);
}

/** Its bytes in JSON, with the quotes. */
function weightOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function isHigh(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

function namesOf(fields: readonly string[]): string {
  const names = fields.join(",");
  return names.length <= maxNamed ? names : `${names.slice(0, names.lastIndexOf(",", maxNamed))},…`;
}
