import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sessionEventKinds, type FleetEvent, type Notice, type TextTraits } from "@fleetbus/core";
import { digestOf } from "./digest.ts";
import { escapes, eventOf } from "./notice.test.support.ts";
import { noticesOf } from "./notices.ts";
import type { NoticeOptions } from "./options.ts";

/** Everything that a far side may send: lone surrogates, escape sequences, markup, long lines, many lines. */
const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "\ud83d",
    "\udc00",
    "😀👩‍👩‍👧",
    "e\u0301",
    "\u001b[31m",
    "\u009b0m",
    "\u202e",
    "\u200b",
    "\r\n",
    "\n\n",
  ),
  fc.constantFrom("<b>&", "*_[x](y)", "@everyone", "<!channel>", "`code`", "{{cwd}}", "\\", " ", "\t"),
);
const text = fc
  .tuple(fc.array(word, { maxLength: 12 }), fc.integer({ min: 1, max: 40 }))
  .map(([words, times]) => words.join("").repeat(times));

const kinds = [
  ...sessionEventKinds,
  "run.finished",
  "message.received",
  "task.done",
  "adapter.failing",
  "x.y",
];
const fields = [
  "error",
  "lastText",
  "tail",
  "body",
  "subject",
  "cwd",
  "tool",
  "detail",
  "text",
  "command",
  "note",
];
const event: fc.Arbitrary<FleetEvent> = fc
  .tuple(fc.constantFrom(...kinds), fc.dictionary(fc.constantFrom(...fields), text, { maxKeys: 5 }))
  .map(([kind, data]) => eventOf(kind, data));

const overflow = fc.constantFrom("truncate", "split", "attach");
const traits = fc.record({
  maxTitle: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 120 })),
  maxText: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 3000 })),
  unit: fc.constantFrom("characters", "bytes"),
  overflow: overflow.map((way): TextTraits["overflow"] => [way]),
  escape: fc.constantFrom(...Object.values(escapes)),
}) satisfies fc.Arbitrary<TextTraits>;
const template = fc.constantFrom<NoticeOptions["template"][]>(
  {},
  {
    "*": {
      title: "{{kind}} {{error}}",
      text: "<b>{{error}}</b>\n{{#tail}}<pre>{{tail}}</pre>{{/tail}} {{lastText}}",
    },
  },
);
const options: fc.Arbitrary<NoticeOptions> = fc.record({ text: traits, template });

const sizeOf = (value: string, unit: TextTraits["unit"]) =>
  unit === "bytes" ? Buffer.byteLength(value) : value.length;

function problemsOf({ title, text: shown, attachments }: Notice, { maxTitle, maxText, unit }: TextTraits) {
  const files = attachments.map(({ bytes }) => new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  return [
    ...(sizeOf(title, unit) > maxTitle ? [`title of ${sizeOf(title, unit)}`] : []),
    ...(sizeOf(shown, unit) > maxText ? [`text of ${sizeOf(shown, unit)}`] : []),
    ...(/\p{Surrogate}/u.test(title + shown) ? ["half a character"] : []),
    ...(/\p{Cc}/u.test(title) ? ["a control character in the title"] : []),
    ...([shown, ...files].some((each) => /(?![\n\t])\p{Cc}/u.test(each)) ? ["a control character"] : []),
    ...(/[\u202a-\u202e\u2066-\u2069]/.test(title + shown) ? ["a bidi control"] : []),
  ];
}

describe("whatever an event holds and a channel takes", () => {
  test("a notice keeps the limits, whole characters and no control characters", () => {
    fc.assert(
      fc.property(event, options, (one, how) => {
        const notices = noticesOf(one, how);
        expect(notices.length).toBeGreaterThan(0);
        expect(notices.flatMap((notice) => problemsOf(notice, how.text))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("so does a digest", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), options, (events, how) => {
        expect(digestOf(events, how).flatMap((notice) => problemsOf(notice, how.text))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("the parts of a text are numbered, at most ten, and have ids of their own", () => {
    fc.assert(
      fc.property(event, options, (one, how) => {
        const notices = noticesOf(one, { ...how, text: { ...how.text, overflow: ["split"] } });
        expect(notices.length).toBeLessThanOrEqual(10);
        expect(new Set(notices.map(({ id }) => id)).size).toBe(notices.length);
        if (notices.length === 1) expect(notices[0]?.part).toBeUndefined();
        else expect(notices.map(({ part }) => part?.number)).toEqual(notices.map((_, at) => at + 1));
      }),
      { numRuns: 150 },
    );
  });

  test("each value is escaped exactly once", () => {
    const escape = (value: string) => value.replace(/[\\<]/g, "\\$&");
    fc.assert(
      fc.property(event, options, (one, how) => {
        const data = Object.fromEntries(
          Object.entries(one.data).map(([name, value]) => [name, String(value).replaceAll("\\", "")]),
        );
        const own = { "*": { text: "{{error}}|{{lastText}}|{{tail}}|{{body}}" } };
        const templates = Object.keys(how.template).length === 0 ? {} : own;
        const shown = noticesOf({ ...one, data }, { text: { ...how.text, escape }, template: templates });
        for (const { text: all, title } of shown) {
          expect(all).not.toMatch(/(?<!\\)<|\\(?!<)/);
          expect(title).not.toContain("\\");
        }
      }),
      { numRuns: 200 },
    );
  });

  test("the same event is told the same way on every try", () => {
    fc.assert(
      fc.property(event, options, (one, how) => {
        expect(noticesOf(one, how)).toEqual(noticesOf(one, how));
      }),
      { numRuns: 50 },
    );
  });
});
