import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { fitted } from "./fit.ts";

const head = { specversion: "1.0", id: "event1", fleetorigin: "agent" };
const fittedSchema = z.looseObject({
  fleettruncated: z.string().default(""),
  data: z.record(z.string(), z.unknown()),
});

function fit(data: unknown, maxBytes = 1000) {
  const body = fitted({ ...head, data }, maxBytes) ?? "null";
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxBytes);
  const event = fittedSchema.parse(JSON.parse(body));
  return {
    event,
    body,
    names: event.fleettruncated,
    text: (key: string) => z.string().parse(event.data[key]),
  };
}

test("what fits stays as it is, to the last byte", () => {
  const event = { ...head, data: { lastText: "" } };
  const data = { lastText: "x".repeat(1000 - Buffer.byteLength(JSON.stringify(event))) };
  expect(JSON.parse(fit(data).body)).toEqual({ ...head, data });
  expect(fit({ lastText: `${data.lastText}x` }).names).toBe("lastText");
});

test("the longest texts are cut alike, short ones and numbers stay, and the cut ones are named", () => {
  const texts = ["a", "b".repeat(700)];
  const { event, text } = fit({ cli: "claude", error: "e".repeat(5000), pane: { id: "%1" }, texts, n: 1 });
  const length = text("error").length - 1;
  expect(event).toEqual({
    ...head,
    fleettruncated: "error,texts.1",
    data: {
      ...{ cli: "claude", pane: { id: "%1" }, n: 1 },
      ...{ error: `${"e".repeat(length)}…`, texts: ["a", `${"b".repeat(length)}…`] },
    },
  });
});

test("most of what there is room for is kept", () => {
  const { text } = fit({ lastText: "x".repeat(100_000) }, 20_000);
  expect(text("lastText").length).toBeGreaterThan(19_800);
});

test.each(["tail", "output", "stderr"])("%s keeps its end", (key) => {
  const { event, names } = fit({ run: { [key]: `first\n${"x".repeat(5000)}\nlast` } });
  expect(event.data).toEqual({ run: { [key]: expect.stringMatching(/^…x+\nlast$/) } });
  expect(names).toBe(`run.${key}`);
});

test("a text of signs that take more bytes than they have length is cut between them", () => {
  for (const sign of ["🚀", "ä", '"', "\u0000", "\n"]) {
    const { text } = fit({ lastText: sign.repeat(5000), tail: sign.repeat(5000) });
    expect(text("lastText").replaceAll(sign, "")).toBe("…");
    expect(text("tail").replaceAll(sign, "")).toBe("…");
  }
});

test("what no cut makes short enough is not sent", () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key${n}`, n]));
  expect(fitted({ ...head, data: many }, 1000)).toBeUndefined();
});

test("a hundred long texts fit too, and the list of their names does not outgrow them", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`key${n}`, "x".repeat(3000)]));
  expect(fit(many, 20_000).names).toMatch(/^key0,key1,.*,…$/);
});

test("whatever the texts are, what comes out is valid, within the bound, and begins or ends as they did", () => {
  const any = fc.string({ unit: "binary", maxLength: 3000 });
  fc.assert(
    fc.property(any, any, (lastText, tail) => {
      const { text } = fit({ lastText, tail }, 2000);
      expect(lastText.startsWith(text("lastText").replace(/…$/, ""))).toBe(true);
      expect(tail.endsWith(text("tail").replace(/^…/, ""))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
