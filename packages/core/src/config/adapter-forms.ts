import type { z } from "zod";
import type { UrlForm } from "../adapter/contract.ts";
import type { SourceTraits } from "../adapter/source.ts";
import { FleetError } from "../errors/fleet-error.ts";
import { nearest } from "../names/nearest.ts";
import { adapterKeys } from "./adapter-entry.ts";
import { isRecord, jsonSchemaOf } from "./json-schema.ts";

/** What an adapter's own keys are read by; an adapter's spec is one. */
export interface AdapterForm {
  readonly config: z.ZodType;
  /** A sentence, for an editor. */
  readonly summary?: string;
  readonly urls?: UrlForm;
  /** Present: its far side is a person. */
  readonly text?: object;
  /** Present: it can listen too. */
  readonly source?: SourceTraits;
}

/** The forms of adapters by type, as far as they are known before a custom one is loaded. */
export type AdapterSchemas = Readonly<Record<string, AdapterForm>>;

/** The types of channels for people that need no key of their own: one reaches the human by its type's name alone (DESIGN §11 `via`). */
export function keylessTypes(schemas: AdapterSchemas): readonly string[] {
  const forms = Object.entries(schemas);
  return forms.flatMap(([type, { text, config }]) =>
    text !== undefined && config.safeParse({}).success ? [type] : [],
  );
}

/** An entry without fleet's own keys: what the adapter's schema parses; without a type `url` stands for all of them. */
export function ownKeys(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isOwn = (key: string) => (key === "url" ? entry["type"] !== undefined : !adapterKeys.includes(key));
  return Object.fromEntries(Object.entries(entry).filter(([key]) => isOwn(key)));
}

/** Whether a type is a module of somebody's own: a path, or a package (which no built-in adapter is named like). */
export function isModuleType(type: string, schemas: AdapterSchemas): boolean {
  return !Object.hasOwn(schemas, type) && /^[./]|[/-]/.test(type);
}

/** The built-in type that a URL's scheme says; throws nothing: undefined for none. */
export function typeOfScheme(url: string, schemas: AdapterSchemas): string | undefined {
  const scheme = schemeOf(url);
  return Object.keys(schemas).find((type) => schemas[type]?.urls?.schemes.includes(scheme));
}

/** How an entry is read, by its type or the scheme of its URL; undefined for one of somebody's own, and where the type is none. */
export function formOf(
  { type, url }: Readonly<Record<string, unknown>>,
  schemas: AdapterSchemas,
): AdapterForm | undefined {
  const said =
    typeof type === "string" ? type : typeof url === "string" ? typeOfScheme(url, schemas) : undefined;
  if (said === undefined || isModuleType(said, schemas) || !Object.hasOwn(schemas, said)) return undefined;
  return schemas[said];
}

/** What to say of a type or scheme that is none, with the nearest there is. */
export function unknownWord(word: string, known: readonly string[]): string {
  const [meant] = nearest(word, known);
  const sorted = [...new Set(known)].toSorted().join(", ");
  return meant === undefined
    ? `there is no "${word}"; there are ${sorted}`
    : `there is no "${word}"; did you mean ${meant}`;
}

/** What to say of a `url` whose scheme no adapter has; it may hold secrets, so nothing of it but a scheme is shown. */
export function unknownScheme(url: string, schemas: AdapterSchemas): string {
  const isScheme = /^[a-z][a-z0-9+-]*:(?!\d)/i.test(url); // ntfy.sh:80 and localhost:80 begin with a host
  if (!isScheme) return "a scheme is missing: write one before it, as ntfys://ntfy.sh/agents";
  return unknownWord(schemeOf(url), schemesOf(schemas));
}

/** Whether an entry with a type has all of an adapter's keys in `url` as well: a short form, where the type knows no `url`. */
export function isTypedShortForm(
  { type, url }: Readonly<Record<string, unknown>>,
  schemas: AdapterSchemas,
): boolean {
  if (typeof url !== "string" || typeOfScheme(url, schemas) === undefined) return false;
  const form = formOf({ type }, schemas);
  const own = form === undefined ? undefined : jsonSchemaOf(form.config);
  return isRecord(own) && isRecord(own["properties"]) && !Object.hasOwn(own["properties"], "url");
}

/** The schemes of all adapters. */
export function schemesOf(schemas: AdapterSchemas): readonly string[] {
  return Object.values(schemas).flatMap(({ urls }) => urls?.schemes ?? []);
}

/** The part of a URL before its first colon, in lower case. */
export function schemeOf(url: string): string {
  return url.slice(0, Math.max(0, url.indexOf(":"))).toLowerCase();
}

/** An entry's own keys, out of its `url` too where that stands for them; throws what the adapter's reader of URLs throws. */
export function keysOf(
  entry: Readonly<Record<string, unknown>>,
  form: AdapterForm,
): Readonly<Record<string, unknown>> {
  const { url } = entry;
  const own = ownKeys(entry);
  if (entry["type"] !== undefined || typeof url !== "string" || form.urls === undefined) return own;
  return { ...form.urls.parse(shortUrl(url)), ...own };
}

/**
 * The short form of a config as a URL. What stands for the host may hold a colon that begins no port, as in
 * `tgram://123:token/chat`: it is escaped. Throws `config`, without the text, which may hold secrets.
 */
export function shortUrl(text: string): URL {
  const escaped = text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#@:]*):(?=[^/?#@]*(?:[/?#]|$))/i, "$1%3A");
  const url = URL.parse(text) ?? URL.parse(escaped);
  if (url !== null) return url;
  throw new FleetError("config", `reading a URL of ${schemeOf(text)}: it is none`);
}
