import { describe, expect, test } from "vitest";
import { isDropName, parseDropFile } from "./drop-file.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const body = `{"session_id":"é"}\n`;

function file({
  head = "",
  content = body,
  length = Buffer.byteLength(content),
  end = "\nEND\n",
} = {}): Buffer {
  return Buffer.from(
    `POST /v1/hook/claude/Stop HTTP/1.0\nX-Fleet-Version: 1\nX-Fleet-Pid: 12\n${head}Content-Length: ${length}\n\n${content}${end}`,
  );
}

describe("parseDropFile", () => {
  test("gives the request that no daemon took, with the time it happened", () => {
    expect(parseDropFile(file({ head: "X-Fleet-Time: 1795255199.5\n" }), now)).toMatchObject({
      is: "request",
      request: {
        cli: "claude",
        event: "Stop",
        pid: 12,
        payload: { session_id: "é" },
        time: "2026-11-21T09:59:59.500Z",
      },
    });
  });

  test("a payload may hold whole drop files", () => {
    const content = JSON.stringify({ text: file().toString() }, null, 2) + "\n\nEND\n";
    expect(parseDropFile(file({ content: `{"a":1}` + " ".repeat(10) }), now).is).toBe("request");
    expect(parseDropFile(file({ content }), now).is).toBe("foreign");
    expect(parseDropFile(file({ content: JSON.stringify({ text: file().toString() }) }), now).is).toBe(
      "request",
    );
  });

  test("cut at any byte it is torn, and never anything else", () => {
    const whole = file();
    const cuts = Array.from(
      { length: whole.length },
      (_, at) => parseDropFile(whole.subarray(0, at), now).is,
    );
    expect(new Set(cuts)).toEqual(new Set(["torn"]));
  });

  test("cut within its payload it still tells what happened where", () => {
    expect(parseDropFile(file().subarray(0, -8), now)).toMatchObject({
      is: "torn",
      facts: { event: "Stop", pid: 12 },
    });
  });

  test("a payload that the CLI never finished is torn although the file is whole", () => {
    const torn = parseDropFile(file({ head: "X-Fleet-Torn: stdin\n", content: "{" }), now);
    expect(torn).toMatchObject({
      is: "torn",
      reason: expect.stringContaining("stdin"),
      facts: { cli: "claude" },
    });
  });

  test.each([
    ["text of somebody else", Buffer.from("hello, this is a note\n\nEND\n")],
    ["binary", Buffer.from([0, 255, 1, 2])],
    ["a path of no hook", Buffer.from("POST /etc HTTP/1.0\nContent-Length: 2\n\n{}\nEND\n")],
    ["no length", Buffer.from("POST /v1/hook/claude/Stop HTTP/1.0\nA: b\n\n{}\nEND\n")],
    ["something behind its end", file({ end: "\nEND\nmore" })],
    ["another end", file({ end: "\nEMD\n" })],
    ["a payload that is no JSON", file({ content: "hello" })],
    ["a client of another protocol", file({ head: "X-Fleet-Version: 9\n" })],
  ])("is foreign with %s", (_, bytes) => {
    expect(parseDropFile(bytes, now)).toMatchObject({ is: "foreign", reason: expect.stringMatching(/./) });
  });

  test.each([
    ["1795230562252791-26458-24905.req", true],
    ["1795230562000000-26458-1.req", true],
    ["1795230562252791-26458-24905.req.tmp", false],
    [".req", false],
    ["notes.req", false],
  ])("the name %s is a client's: %s", (name, expected) => {
    expect(isDropName(name)).toBe(expected);
  });
});
