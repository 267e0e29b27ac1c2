import { isRecord, valueAt } from "./json-schema.ts";
import { formOf, keylessTypes, unknownWord, type AdapterSchemas } from "./adapter-forms.ts";
import { formatPath } from "./positions.ts";
import type { Problem } from "./problems.ts";

/**
 * Names in `me.via` that are neither an adapter of the file nor a channel that needs no keys, those of adapters that only
 * listen, and those that stand there twice.
 */
export function checkVia(raw: unknown, schemas: AdapterSchemas): readonly Problem[] {
  const via = isRecord(raw) ? valueAt(raw, ["me", "via"]) : undefined;
  if (!Array.isArray(via) || Object.keys(schemas).length === 0) return [];
  const entries = entriesOf(raw);
  const names = entries.flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  const known = [...names, ...keylessTypes(schemas)];
  return via.flatMap((name: unknown, index) => {
    if (typeof name !== "string") return []; // the schema says so
    const path = formatPath(["me", "via", index]);
    if (!known.includes(name))
      return [{ path, message: `no [[adapter]] is called so: ${unknownWord(name, known)}` }];
    const entry = entries.find((each) => each["name"] === name);
    if (entry !== undefined && formOf(entry, schemas)?.source?.isAlone === true)
      return [{ path, message: `"${name}" only listens: name a channel that reaches you` }];
    return via.indexOf(name) < index ? [{ path, message: `"${name}" stands here twice` }] : [];
  });
}

function entriesOf(raw: unknown): readonly Readonly<Record<string, unknown>>[] {
  const list = isRecord(raw) ? raw["adapter"] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
