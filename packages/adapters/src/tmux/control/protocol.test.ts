import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { controlParser } from "./protocol.ts";

/** As tmux 3.3a wrote it. */
const stream = [
  "%begin 1795231040 271 0",
  "%end 1795231040 271 0",
  "%session-changed $1 b",
  "%begin 1795231040 276 1",
  "b attached,control-mode",
  "%end 1795231040 276 1",
  "%begin 1795231040 277 1",
  "parse error: unknown command: nonsense",
  "%error 1795231040 277 1",
  "%subscription-changed m1 $1 - - - : 0 2 0 sh 0",
  "%pane-mode-changed %0",
  "%exit",
  "",
].join("\n");

const messages = [
  { type: "block", block: { lines: [], isError: false } },
  { type: "notice", notice: { name: "session-changed", rest: "$1 b" } },
  { type: "block", block: { lines: ["b attached,control-mode"], isError: false } },
  { type: "block", block: { lines: ["parse error: unknown command: nonsense"], isError: true } },
  { type: "notice", notice: { name: "subscription-changed", rest: "m1 $1 - - - : 0 2 0 sh 0" } },
  { type: "notice", notice: { name: "pane-mode-changed", rest: "%0" } },
  { type: "notice", notice: { name: "exit", rest: "" } },
];

describe("the control mode parser", () => {
  test("takes a stream apart", () => {
    expect(controlParser().push(stream)).toEqual(messages);
  });

  test("does so wherever the chunks end", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        const parser = controlParser();
        const ends = [...cuts.toSorted((a, b) => a - b), stream.length];
        const chunks = ends.map((end, index) => stream.slice(ends[index - 1] ?? 0, end));
        expect(chunks.flatMap((chunk) => parser.push(chunk))).toEqual(messages);
      }),
    );
  });

  test("takes what a program printed for text, even if it looks like the end of its block or a notice", () => {
    const rows = ["%end 1795231040 1 1", "%begin 1 1 1", "%exit", "%error 2 2 2"];
    const text = ["%begin 1795231040 7 1", ...rows, "%end 1795231040 7 1", ""].join("\n");
    expect(controlParser().push(text)).toEqual([{ type: "block", block: { lines: rows, isError: false } }]);
  });

  test("passes over a line outside of a block that is none of tmux's", () => {
    expect(controlParser().push("hello\n%exit server exited\n")).toEqual([
      { type: "notice", notice: { name: "exit", rest: "server exited" } },
    ]);
  });
});
