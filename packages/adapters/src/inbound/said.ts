import { FleetError, type Said, type SourceDelivery } from "@fleetbus/core";
import { z } from "zod";

/** What a request says, and who its signer says that it is from. */
export type Asked = Pick<SourceDelivery, "said" | "sender">;

const word = z.string().min(1).max(200);
const token = z.string().regex(/^[a-z0-9-]{1,32}$/i, "it is no token");

const textSchema = z.strictObject({
  text: z.string().refine((text) => text.trim() !== "", "it is empty"),
  token: token.optional(),
  to: word.optional(),
  answers: word.optional(),
  sender: word.optional(),
});
const choiceSchema = z.strictObject({ choice: token });
const quotaSchema = z.strictObject({
  quota: z.strictObject({ adapter: word, daily: z.int().min(0).nullable() }),
});
/** CloudEvents 1.0 in structured mode; attributes that are not known are somebody else's. */
const envelopeSchema = z.looseObject({
  specversion: z.literal("1.0"),
  id: word,
  source: z.string().min(1),
  type: z.string().min(1),
  datacontenttype: z.literal("application/json").optional(),
  data: z.unknown(),
});

/** Reads a body of either kind; throws `malformed` with what is wrong with it. */
export function askedIn(body: Uint8Array, isEnvelope: boolean): Asked {
  const json = jsonIn(body);
  const data = isEnvelope ? parsed(envelopeSchema, json).data : json;
  if (!isRecord(data)) throw malformed("it is no JSON object");
  if ("quota" in data) return { said: quotaIn(data) };
  if ("choice" in data)
    return { said: { type: "choice", token: parsed(choiceSchema, data).choice.toLowerCase() } };
  return textIn(data);
}

function textIn(data: unknown): Asked {
  const { sender, text, token: offered, to, answers } = parsed(textSchema, data);
  return {
    said: {
      ...{ type: "text", text },
      ...(offered === undefined ? {} : { token: offered.toLowerCase() }),
      ...(to === undefined ? {} : { to }),
      ...(answers === undefined ? {} : { answers }),
    },
    ...(sender === undefined ? {} : { sender: { id: sender } }),
  };
}

function quotaIn(data: unknown): Said {
  const { adapter, daily } = parsed(quotaSchema, data).quota;
  return { type: "quota", adapter, daily: daily ?? undefined };
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw malformed("it is no JSON in UTF-8", error);
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw malformed(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "it cannot be read"}`);
}

function malformed(reason: string, cause?: unknown): FleetError {
  return new FleetError("malformed", `reading the request: ${reason}`, { cause });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
