import type { z } from "zod";
import { isRecord, jsonSchemaOf, placesOf, secretPathsOf } from "./json-schema.ts";
import { revealSecret, type SecretSources } from "./secret.ts";

/**
 * An adapter's own keys with the secrets that its schema marks read from where they are named: to be called right before
 * the adapter is opened, for what it returns holds them in clear. Rejects with `config` for one that is not there.
 */
export async function revealSecrets(
  schema: z.ZodType,
  value: unknown,
  sources: SecretSources,
): Promise<unknown> {
  let revealed = value;
  for (const { path, value: secret } of secretPathsOf(jsonSchemaOf(schema)).flatMap((each) =>
    placesOf(value, each),
  )) {
    if (typeof secret === "string")
      revealed = withValueAt(revealed, path, await revealSecret(secret, sources));
  }
  return revealed;
}

function withValueAt(value: unknown, [part, ...rest]: readonly PropertyKey[], content: string): unknown {
  if (part === undefined) return content;
  if (Array.isArray(value)) {
    return value.map((inside: unknown, index) =>
      index === part ? withValueAt(inside, rest, content) : inside,
    );
  }
  if (!isRecord(value)) return value;
  return { ...value, [part]: withValueAt(value[String(part)], rest, content) };
}
