import { FleetError, messageOf } from "../errors/fleet-error.ts";
import type { Encoded, Envelope } from "./envelope.ts";
import { isTooDeep, maxJsonLevels } from "./depth.ts";
import { decodeHeaderValue } from "./header-value.ts";
import { decodeStructured, isStructured } from "./structured.ts";

const core = new Set(["specversion", "id", "source", "type", "time", "subject", "datacontenttype"]);

/**
 * Reads binary and structured mode (told apart by `content-type`). Throws `malformed`, and nothing else: also for data
 * with more levels than `maxJsonLevels`, which whoever hands them on could not write.
 */
export function decodeEnvelope(encoded: Encoded): Envelope {
  try {
    const envelope = isStructured(encoded.headers["content-type"])
      ? decodeStructured(encoded.data)
      : decodeBinary(encoded);
    if (!isTooDeep(envelope.data)) return envelope;
    throw new FleetError(
      "malformed",
      `reading an envelope: its data are nested deeper than ${maxJsonLevels} levels`,
    );
  } catch (cause) {
    if (cause instanceof FleetError && cause.code === "malformed") throw cause;
    throw new FleetError("malformed", `reading an envelope: ${messageOf(cause)}`, { cause });
  }
}

function decodeBinary(encoded: Encoded): Envelope {
  const attributes = attributesOf(encoded.headers);
  const extensions = Object.fromEntries([...attributes].filter(([name]) => !core.has(name)));
  if (required(attributes, "specversion") !== "1.0") {
    throw new FleetError(
      "malformed",
      `reading an envelope: specversion ${attributes.get("specversion")} is not 1.0`,
    );
  }
  const datacontenttype = attributes.get("datacontenttype") ?? "application/json";
  const [time, subject] = [attributes.get("time"), attributes.get("subject")];
  return {
    id: required(attributes, "id"),
    source: required(attributes, "source"),
    type: required(attributes, "type"),
    ...(time === undefined ? {} : { time }),
    ...(subject === undefined ? {} : { subject }),
    datacontenttype,
    extensions,
    data: decodeJson(datacontenttype, encoded.data),
  };
}

function attributesOf(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce-")) attributes.set(name.slice(3), decodeHeaderValue(value));
  }
  return attributes;
}

function required(attributes: ReadonlyMap<string, string>, name: string): string {
  const value = attributes.get(name);
  if (value) return value;
  throw new FleetError("malformed", `reading an envelope: header ce-${name} is missing`);
}

function decodeJson(contentType: string, data: Uint8Array): unknown {
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(contentType)) {
    throw new FleetError("malformed", `reading an envelope: data of type ${contentType} is not JSON`);
  }
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
}
