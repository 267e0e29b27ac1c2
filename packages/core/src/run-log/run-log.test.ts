import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blockBytes, sealedHeaderBytes, tagBytes } from "./format.ts";
import { readLogKey } from "./key.ts";
import { sealerOf } from "./seal.ts";
import { unseal } from "./unseal.ts";

const key = randomBytes(32);

function sealed(chunks: readonly Buffer[]): Buffer {
  const sealer = sealerOf(key);
  return Buffer.concat([...chunks.map((chunk) => sealer.push(chunk)), sealer.end()]);
}

async function* piecesOf(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function opened(bytes: Buffer, size?: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of unseal(piecesOf(bytes, size), async () => key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const bits = randomBytes(3 * blockBytes + 5);

describe("an encrypted log", () => {
  test("[row 143] comes back byte by byte, however it was cut, and holds nothing readable", async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 2000 }), async (pushed, size) => {
        const plain = Buffer.concat(pushed);
        const bytes = sealed(pushed.map((each) => Buffer.from(each)));
        expect((await opened(bytes, size)).equals(plain)).toBe(true);
        expect(plain.length > 8 && bytes.includes(plain)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test.each([0, 1, blockBytes - 1, blockBytes, blockBytes + 1, 2 * blockBytes, bits.length])(
    "of %i bytes comes back",
    async (length) => {
      const plain = bits.subarray(0, length);
      expect((await opened(sealed([plain]))).equals(plain)).toBe(true);
    },
  );

  test("is never the same twice", () => {
    const [one, other] = [sealed([bits]), sealed([bits])];
    expect(one.subarray(sealedHeaderBytes).equals(other.subarray(sealedHeaderBytes))).toBe(false);
  });

  const whole = sealed([bits]);
  const block = blockBytes + tagBytes;
  const flipped = (at: number) => Buffer.from(whole).fill((whole[at] ?? 0) ^ 1, at, at + 1);
  const swapped = Buffer.concat([
    whole.subarray(0, sealedHeaderBytes),
    whole.subarray(sealedHeaderBytes + block, sealedHeaderBytes + 2 * block),
    whole.subarray(sealedHeaderBytes, sealedHeaderBytes + block),
    whole.subarray(sealedHeaderBytes + 2 * block),
  ]);

  test.each([
    ["without a key", whole, undefined, "unauthorized", /configure its key/],
    ["with another key", whole, randomBytes(32), "unauthorized", /another key/],
    ["with a flipped salt", flipped(20), key, "malformed", /block 0 is damaged/],
    ["with a flipped bit", flipped(sealedHeaderBytes + block + 7), key, "malformed", /block 1 is damaged/],
    ["with a flipped tag", flipped(whole.length - 1), key, "malformed", /last block is damaged/],
    ["with blocks that changed places", swapped, key, "malformed", /block 0 is damaged/],
    ["cut between blocks", whole.subarray(0, sealedHeaderBytes + block), key, "malformed", /ends early/],
    ["cut in a block", whole.subarray(0, sealedHeaderBytes + block + 90), key, "malformed", /ends early/],
    ["cut in its head", whole.subarray(0, 20), key, "malformed", /first bytes/],
    ["that is none", Buffer.from("something else"), key, "malformed", /no log/],
  ] as const)("%s is refused, with why", async (_, bytes, by, code, why) => {
    await expect(
      (async () => {
        for await (const each of unseal(piecesOf(bytes), async () => by)) void each;
      })(),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(why) });
  });
});

test("a log without a key comes back, also one that looks encrypted", async () => {
  const sealer = sealerOf(undefined);
  const inside = sealed([bits]);
  const bytes = Buffer.concat([sealer.push(inside), sealer.push(Buffer.from("end")), sealer.end()]);
  expect((await opened(bytes)).equals(Buffer.concat([inside, Buffer.from("end")]))).toBe(true);
});

describe("a key", () => {
  test.each([
    key.toString("hex"),
    key.toString("base64"),
    key.toString("base64url"),
    `${key.toString("hex")}\n`,
  ])("may be written as %s", (text) => {
    expect(readLogKey(text).equals(key)).toBe(true);
  });

  test.each(["", "secret", key.toString("hex").slice(2), `${key.toString("base64")}AAAA`])(
    "%j is none, and is not repeated",
    (text) => {
      expect(() => readLogKey(text)).toThrow(/^reading run\.key: it is not 32 bytes in base64 or hex/);
    },
  );
});
