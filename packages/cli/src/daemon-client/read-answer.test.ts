import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readText } from "./body.ts";
import { readAnswer } from "./read-answer.ts";

/** The bytes of an answer, cut into pieces of `size`. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function chunked(parts: readonly string[], end = "0\r\n\r\n"): string {
  const chunks = parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join("");
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}${end}`;
}

describe("an HTTP answer", () => {
  test.each([1, 2, 3, 7, 1000])("with a length is read in pieces of %i bytes", async (size) => {
    const answer = await readAnswer(
      pieces("HTTP/1.1 201 Created\r\nContent-Length: 6\r\nX-A: b:c\r\n\r\näöü", size),
    );
    expect(answer).toMatchObject({ status: 201, headers: { "content-length": "6", "x-a": "b:c" } });
    expect(await readText(answer.body)).toBe("äöü");
  });

  test("in chunks is read whole, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, unit: "binary" })),
        fc.integer({ min: 1, max: 40 }),
        async (parts, size) => {
          const answer = await readAnswer(pieces(chunked(parts), size));
          expect(await readText(answer.body)).toBe(
            Buffer.from(parts.map((part) => Buffer.from(part).toString()).join("")).toString(),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("without a length ends with the connection", async () => {
    const answer = await readAnswer(pieces("HTTP/1.1 200 OK\r\n\r\nabc", 2));
    expect(await readText(answer.body)).toBe("abc");
  });

  test.each([
    ["a length and less", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"],
    ["a chunk and no end", chunked(["abc"], "")],
    ["a chunk that is cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ["a chunk whose size is no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"],
  ])("with %s is not taken for whole", async (_what, text) => {
    const answer = await readAnswer(pieces(text, 4));
    await expect(readText(answer.body)).rejects.toMatchObject({ code: "unavailable" });
  });

  test.each(["", "HTTP/1.1 2", "SSH-2.0-OpenSSH\r\n\r\n", "x".repeat(40_000)])(
    "that is none is refused",
    async (text) => {
      await expect(readAnswer(pieces(text, 512))).rejects.toMatchObject({ code: "unavailable" });
    },
  );
});
