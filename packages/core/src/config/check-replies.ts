import type { SourceTraits } from "../adapter/source.ts";
import { formOf, keysOf, unknownWord, type AdapterForm, type AdapterSchemas } from "./adapter-forms.ts";
import { isRecord } from "./json-schema.ts";
import { formatPath } from "./positions.ts";
import type { Problem } from "./problems.ts";
import { isSecretReference } from "./secret.ts";

type Entry = Readonly<Record<string, unknown>>;

/** `[adapter.replies]` where nothing can come back: the adapter only sends, lacks a key, or names one that does not listen. */
export function checkReplies(raw: unknown, schemas: AdapterSchemas): readonly Problem[] {
  const list = isRecord(raw) ? raw["adapter"] : undefined;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return entries.flatMap((entry, index) => {
    if (!isRecord(entry) || !isRecord(entry["replies"])) return [];
    const { by } = entry["replies"];
    const path = formatPath(["adapter", index, "replies"]);
    if (typeof by === "string")
      return byProblems(by, entries.filter(isRecord), { path: `${path}.by`, schemas });
    const form = formOf(entry, schemas);
    return form === undefined ? [] : ownProblems(entry, form).map((message) => ({ path, message }));
  });
}

function byProblems(
  by: string,
  entries: readonly Entry[],
  { path, schemas }: { readonly path: string; readonly schemas: AdapterSchemas },
): readonly Problem[] {
  const named = entries.find(({ name }) => name === by);
  if (named === undefined) {
    const names = entries.flatMap(({ name }) => (typeof name === "string" ? [name] : []));
    return [{ path, message: `no [[adapter]] is called so: ${unknownWord(by, names)}` }];
  }
  const form = formOf(named, schemas);
  const isDeaf = form !== undefined && form.source === undefined;
  return isDeaf ? [{ path, message: `"${by}" only sends: name one that listens, as of type inbound` }] : [];
}

function ownProblems(entry: Entry, form: AdapterForm): readonly string[] {
  if (form.source === undefined)
    return ['it only sends: name the adapter that its answers come in by, as by = "hooks"'];
  const own = writtenIn(entry, form);
  if (own === undefined) return [];
  const missing = (form.source.needs ?? []).filter((key) => own[key] === undefined);
  return [
    ...missing.map((key) => `answers need ${key} in its entry`),
    ...(isRecord(entry["replies"]) ? ruleProblems(entry["replies"], form.source) : []),
  ];
}

/** What of `[adapter.replies]` cannot work with how a source knows who speaks. Each names the way out. */
export function ruleProblems(replies: Entry, { vouches }: SourceTraits): readonly string[] {
  const { from, quotas } = replies;
  const isList = Array.isArray(from) && from.length > 0;
  const problems: string[] = [];
  if (vouches === "sender" && !isList)
    problems.push('nobody may answer: name who may, as the channel calls them, as from = ["4711"]');
  if (vouches === "token" && isList)
    problems.push("nobody vouches for who speaks there: leave from out, the token of each notice decides");
  if (vouches !== "signature" && quotas === true)
    problems.push("nothing is signed there: set quotas on an adapter of type inbound");
  return problems;
}

/** Undefined where a URL says it that cannot be read yet. */
function writtenIn(entry: Entry, form: AdapterForm): Entry | undefined {
  const { type, url } = entry;
  if (type === undefined && typeof url === "string" && isSecretReference(url)) return undefined;
  try {
    return keysOf(entry, form);
  } catch {
    return undefined; // told by the check of its own keys
  }
}
