import { describe, expect, test } from "vitest";
import { jsonLines, maxPtyLineBytes, ptyAskSchema, ptySocketOf } from "./pty.ts";

test("a wrap's socket is no longer than the daemon's own can be, for pids of seven digits too", () => {
  expect(ptySocketOf({ runDir: "/run/user/1000/fleet" }, 4194304)).toBe("/run/user/1000/fleet/pty-4194304");
  expect("pty-4194304".length - "fleet.sock".length).toBe(1);
});

describe("what is asked to be typed [case 36]", () => {
  const ask = { ask: "type", line: "2 messages wait", pasteWaitMs: 0 } as const;
  const body = (text: string) => ({ ...ask, body: { text, messages: ["01A"] } });
  const table: readonly (readonly [string, object, boolean])[] = [
    ["a line", ask, true],
    ["an empty line", { ...ask, line: "" }, false],
    ["a line with an escape", { ...ask, line: "a\u001b[201~b" }, false],
    ["a line with the escape of 8 bit", { ...ask, line: "a\u009b201~b" }, false],
    ["a line with an Enter", { ...ask, line: "a\rb" }, false],
    ["two lines", { ...ask, line: "a\nb" }, false],
    ["mail of several lines", body("first\n\tsecond äé"), true],
    ["mail with the end of its paste", body("first\u001b[201~\nsecond"), false],
    ["mail with an Enter", body("first\r\nsecond"), false],
    ["mail with a C-c", body("first\u0003"), false],
  ];
  test.each(table)("%s: %j", (_, asked, isTaken) => {
    expect(ptyAskSchema.safeParse(asked).success).toBe(isTaken);
  });
});

describe("lines of JSON", () => {
  const read = (...chunks: readonly Buffer[]) => {
    const taken: unknown[] = [];
    let refused = 0;
    const take = jsonLines(
      (value) => taken.push(value),
      () => (refused += 1),
    );
    chunks.forEach(take);
    return { taken, refused };
  };

  test("are whole wherever they are cut, inside a character too", () => {
    const whole = Buffer.from('{"a":"ä€👩"}\n[1]\n');
    for (let at = 1; at < whole.length; at += 1) {
      const { taken } = read(whole.subarray(0, at), whole.subarray(at));
      expect([at, taken]).toEqual([at, [{ a: "ä€👩" }, [1]]]);
    }
  });

  test.each(["no json\n", "x".repeat(maxPtyLineBytes + 1)])("what is none is refused: %.10s", (text) => {
    expect(read(Buffer.from(text))).toEqual({ taken: [], refused: 1 });
  });
});
