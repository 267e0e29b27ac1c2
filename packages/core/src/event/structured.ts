import { z } from "zod";
import { FleetError } from "../errors/fleet-error.ts";
import type { Envelope } from "./envelope.ts";

const attribute = z.union([z.string(), z.boolean(), z.int()]);
const text = z.string().min(1);

/** CloudEvents JSON format 1.0.2. Null means absent. */
const structuredSchema = z
  .object({
    specversion: z.literal("1.0"),
    id: text,
    source: text,
    type: text,
    time: z.string().nullish(),
    subject: z.string().nullish(),
    datacontenttype: z.string().nullish(),
    dataschema: z.string().nullish(),
    data: z.unknown().optional(),
    data_base64: z.string().nullish(),
  })
  .catchall(attribute.nullish());

/** Whether a `content-type` means structured mode. */
export function isStructured(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*application\/cloudevents/i.test(contentType);
}

/** The envelope in a structured-mode payload. Throws `malformed`, SyntaxError or TypeError. */
export function decodeStructured(payload: Uint8Array): Envelope {
  const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  const parsed = structuredSchema.safeParse(json);
  if (!parsed.success) {
    throw new FleetError("malformed", `reading a structured envelope: ${z.prettifyError(parsed.error)}`);
  }
  const {
    specversion: _version,
    id,
    source,
    type,
    time,
    subject,
    datacontenttype,
    data,
    data_base64,
    ...rest
  } = parsed.data;
  return {
    id,
    source,
    type,
    ...(time == null ? {} : { time }),
    ...(subject == null ? {} : { subject }),
    datacontenttype: datacontenttype ?? "application/json",
    extensions: stringsOf(rest),
    data: data_base64 == null ? data : JSON.parse(Buffer.from(data_base64, "base64").toString("utf8")),
  };
}

function stringsOf(
  rest: Readonly<Record<string, string | number | boolean | null | undefined>>,
): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value != null) strings[name] = String(value);
  }
  return strings;
}
