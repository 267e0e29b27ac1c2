import type { ObjectStore } from "../../bus/port.ts";
import { objectStoreShapes } from "../../bus/layout.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { deepEqual, equal, rejectsWith, type BusCase } from "./case.ts";

const block = 64 * 1024;

/** Rules of object stores. */
export const objectCases: readonly BusCase[] = [
  {
    name: "an object that was never stored is undefined, a stored one comes back byte by byte to anybody",
    run: async ({ bus, join }) => {
      const [mine, other] = [await bus.objects("runs"), await (await join()).objects("runs")];
      equal(await other.get("a"), undefined);
      // More than one message of the server's, and no multiple of anything.
      equal(await mine.put("a", blocksOf(33, 17)), 33 * block + 17);
      await mine.put("b", blocksOf(0, 1));
      deepEqual(Buffer.from((await bytesOf(other, "a")) ?? []).equals(await all(blocksOf(33, 17))), true);
      deepEqual((await bytesOf(other, "b"))?.length, 1);
    },
  },
  {
    name: "an empty object is there",
    run: async ({ bus }) => {
      const objects = await bus.objects("runs");
      equal(await objects.put("empty", blocksOf(0, 0)), 0);
      equal((await bytesOf(objects, "empty"))?.length, 0);
    },
  },
  {
    name: "an object that is stored again is the new one alone, a removed one is gone and can be stored again",
    run: async ({ bus }) => {
      const objects = await bus.objects("runs");
      await objects.put("a", blocksOf(4, 0));
      await objects.put("a", blocksOf(0, 5));
      equal((await bytesOf(objects, "a"))?.length, 5);
      equal(await objects.remove("a"), true);
      equal(await objects.remove("a"), false);
      equal(await objects.get("a"), undefined);
      await objects.put("a", blocksOf(0, 6));
      equal((await bytesOf(objects, "a"))?.length, 6);
    },
  },
  {
    name: "an object over the store's limit is too large, and nothing of it is left",
    run: async ({ bus }) => {
      const objects = await bus.objects("runs");
      const [{ maxObjectBytes } = { maxObjectBytes: 0 }] = objectStoreShapes;
      await rejectsWith("too_large", () => objects.put("a", sameBlocks(maxObjectBytes / block + 1)));
      equal(await objects.get("a"), undefined);
    },
  },
  {
    name: "an object whose bytes fail half-way is not there, the one before it stays",
    run: async ({ bus }) => {
      const objects = await bus.objects("runs");
      await objects.put("a", blocksOf(0, 7));
      await rejectsWith("not_found", () => objects.put("a", failing()));
      equal((await bytesOf(objects, "a"))?.length, 7);
    },
  },
  {
    name: "an object's key that a subject cannot hold is refused",
    run: async ({ bus }) => {
      const objects = await bus.objects("runs");
      for (const key of ["", "a b", "a.b", ">", "*", "ä"]) {
        await rejectsWith("usage", () => objects.put(key, blocksOf(0, 1)));
        await rejectsWith("usage", () => objects.get(key));
      }
    },
  },
];

/** So many different blocks, and `rest` bytes. */
async function* blocksOf(count: number, rest: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield new Uint8Array(block).fill(index);
  if (rest > 0) yield new Uint8Array(rest).fill(255);
}

async function* sameBlocks(count: number): AsyncGenerator<Uint8Array> {
  const one = new Uint8Array(block);
  for (let index = 0; index < count; index += 1) yield one;
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield* blocksOf(3, 0);
  throw new FleetError("not_found", "reading the rest: there is none");
}

async function all(data: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function bytesOf(objects: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  const data = await objects.get(key);
  return data === undefined ? undefined : all(data);
}
