import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FleetError } from "../errors/fleet-error.ts";
import { decodeEnvelope } from "./decode-envelope.ts";
import { encodeEnvelope, type Envelope } from "./envelope.ts";
import { decodeHeaderValue, encodeHeaderValue } from "./header-value.ts";

const envelope: Envelope = {
  id: "01j",
  source: "/fleet/main/lab/web",
  type: "fleet.event.turn.stopped",
  time: "2026-01-01T00:00:00Z",
  subject: "a b",
  datacontenttype: "application/json",
  extensions: { fleetorigin: "agent" },
  data: { text: "hé 😀", nested: [1, null] },
};
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const structured = (value: unknown, contentType = "application/cloudevents+json") => ({
  headers: { "content-type": contentType },
  data: text(value),
});
const attributes = { specversion: "1.0", id: "1", source: "/s", type: "t" };

describe("an envelope", () => {
  test("comes back from binary mode as it was", () => {
    expect(decodeEnvelope(encodeEnvelope(envelope))).toEqual(envelope);
  });

  test("bears every attribute as a ce- header, the content type among them", () => {
    expect(encodeEnvelope(envelope).headers).toEqual({
      "ce-specversion": "1.0",
      "ce-id": "01j",
      "ce-source": "/fleet/main/lab/web",
      "ce-type": "fleet.event.turn.stopped",
      "ce-datacontenttype": "application/json",
      "ce-time": "2026-01-01T00:00:00Z",
      "ce-subject": "a%20b",
      "ce-fleetorigin": "agent",
    });
  });

  test("is read in structured mode, with typed extensions as strings and null as absent", () => {
    const json = { ...attributes, time: null, fleethop: 3, flag: true, dataschema: "x", data: { a: 1 } };
    expect(decodeEnvelope(structured(json, "Application/CloudEvents+JSON; charset=utf-8"))).toEqual({
      id: "1",
      source: "/s",
      type: "t",
      datacontenttype: "application/json",
      extensions: { fleethop: "3", flag: "true", dataschema: "x" },
      data: { a: 1 },
    });
  });

  test("is read in structured mode with base64 data", () => {
    const data_base64 = Buffer.from('{"a":1}').toString("base64");
    expect(decodeEnvelope(structured({ ...attributes, data_base64 })).data).toEqual({ a: 1 });
  });

  const deep = `${"[".repeat(200_000)}1${"]".repeat(200_000)}`;
  const deepIn = (field: string, json: string) => ({
    ...structured({}),
    data: new TextEncoder().encode(`${JSON.stringify(attributes).slice(0, -1)},"${field}":${json}}`),
  });
  const binary = encodeEnvelope(envelope);
  const without = (name: string) =>
    Object.fromEntries(Object.entries(binary.headers).filter(([key]) => key !== name));
  test.each([
    ["no headers at all", { headers: {}, data: binary.data }, "ce-specversion is missing"],
    ["no id", { headers: without("ce-id"), data: binary.data }, "ce-id is missing"],
    [
      "an empty source",
      { headers: { ...binary.headers, "ce-source": "" }, data: binary.data },
      "ce-source is missing",
    ],
    [
      "another specversion",
      { headers: { ...binary.headers, "ce-specversion": "0.3" }, data: binary.data },
      "0.3",
    ],
    ["data that is no JSON", { headers: binary.headers, data: text("x").slice(1) }, "JSON"],
    ["data that is no UTF-8", { headers: binary.headers, data: Uint8Array.of(0xff) }, "utf-8"],
    [
      "data of another type",
      { headers: { ...binary.headers, "ce-datacontenttype": "text/plain" }, data: binary.data },
      "text/plain",
    ],
    [
      "an overlong percent encoding",
      { headers: { ...binary.headers, "ce-subject": "%C0%A0" }, data: binary.data },
      "URI",
    ],
    ["a structured batch", structured([attributes], "application/cloudevents-batch+json"), "expected object"],
    ["a structured envelope without id", structured({ ...attributes, id: undefined }), "id"],
    ["a structured envelope that is no JSON", { ...structured({}), data: Uint8Array.of(1) }, "JSON"],
    [
      "data nested 200,000 deep",
      { headers: binary.headers, data: new TextEncoder().encode(`{"a":${deep}}`) },
      "nested deeper than 256",
    ],
    ["structured data nested 200,000 deep", deepIn("data", deep), "nested deeper than 256"],
    [
      "base64 data nested 200,000 deep",
      deepIn("data_base64", JSON.stringify(Buffer.from(deep).toString("base64"))),
      "nested deeper than 256",
    ],
    ["an extension nested 200,000 deep", deepIn("fleethop", deep), "fleethop"],
    ["an extension that is an object", structured({ ...attributes, fleethop: {} }), "fleethop"],
  ])("is malformed with %s", (_name, encoded, reason) => {
    expect(() => decodeEnvelope(encoded)).toThrow(
      expect.objectContaining({ code: "malformed", message: expect.stringContaining(reason) }),
    );
  });

  test("never makes the reader throw anything but malformed", () => {
    const header = fc.oneof(
      fc.constantFrom("ce-id", "ce-type", "ce-source", "ce-specversion", "content-type"),
      fc.string(),
    );
    const value = fc.oneof(
      fc.constantFrom("1.0", "application/cloudevents", "%"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.dictionary(header, value), fc.uint8Array(), (headers, data) => {
        try {
          decodeEnvelope({ headers, data });
        } catch (error) {
          expect(error).toBeInstanceOf(FleetError);
          expect(error).toMatchObject({ code: "malformed" });
        }
      }),
    );
  });
});

describe("a header value", () => {
  test.each([
    ["Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80"],
    ['say "100%"', "say%20%22100%25%22"],
    ["a\r\nb\u007f", "a%0D%0Ab%7F"],
    ["plain-/:;=~", "plain-/:;=~"],
  ])("%j is written as %s and read back", (value, header) => {
    expect(encodeHeaderValue(value)).toBe(header);
    expect(decodeHeaderValue(header)).toBe(value);
  });

  test.each([
    ['"quoted \\"twice\\""', 'quoted "twice"'],
    ["%e2%82%ac%41", "€A"],
    ["raw €", "raw €"],
  ])("%s of another writer is read as %s", (header, value) => {
    expect(decodeHeaderValue(header)).toBe(value);
  });

  test("comes back for any text, through printable ASCII without space, quote or bare percent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const header = encodeHeaderValue(value);
        expect(header).toMatch(/^([\x21\x23\x24\x26-\x7e]|%[0-9A-F]{2})*$/);
        expect(decodeHeaderValue(header)).toBe(value);
      }),
    );
  });

  test("holds U+FFFD for half a surrogate pair", () => {
    expect(decodeHeaderValue(encodeHeaderValue("a\ud800b"))).toBe("a\ufffdb");
  });
});
