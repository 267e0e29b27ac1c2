import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { foldProofs, watchTranscript, type TranscriptFact } from "./transcript.ts";

let folder: string;
let over: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-transcript-"));
  over = new AbortController();
});

afterEach(async () => {
  over.abort();
  await rm(folder, { recursive: true, force: true });
});

function fixture(name: string): Promise<string> {
  return readFile(new URL(`transcript/fixtures/${name}.jsonl`, import.meta.url), "utf8");
}

describe("watching a transcript", () => {
  test("proves a message while the conversation goes on", async () => {
    const path = join(folder, "session.jsonl");
    const facts: TranscriptFact[] = [];
    const fates: (string | undefined)[] = [];
    const lines = (await fixture("continuation")).split("\n");
    await writeFile(path, "");
    const watching = (async () => {
      for await (const batch of watchTranscript({ path, signal: over.signal, pollMs: 5 })) {
        facts.push(...batch.facts);
        fates.push(foldProofs(facts).get("offered1")?.fate);
        if (fates.at(-1) === "answered") return;
      }
    })();
    for (let end = 1; end < lines.length; end++) await writeFile(path, `${lines.slice(0, end).join("\n")}\n`);
    await watching;
    expect(fates.at(-1)).toBe("answered");
  });

  test("forgets its place when the file is replaced", async () => {
    const path = join(folder, "session.jsonl");
    await writeFile(path, await fixture("plain-prompts"));
    const batches = watchTranscript({ path, signal: over.signal, pollMs: 5 });
    const first = await batches.next();
    await writeFile(`${path}.new`, await fixture("continuation"));
    await rename(`${path}.new`, path);
    const second = await batches.next();
    expect(first.value).toMatchObject({ isReset: false });
    expect(second.value).toMatchObject({ isReset: true });
    expect(foldProofs(second.value?.facts ?? []).get("offered1")?.fate).toBe("answered");
  });

  test("takes another mark than fleet's where it is told to", async () => {
    const path = join(folder, "session.jsonl");
    await writeFile(path, await fixture("continuation"));
    const find = (text: string) => (text.includes("warm up") ? ["warm"] : []);
    const { value } = await watchTranscript({ path, signal: over.signal, find }).next();
    expect([...foldProofs(value?.facts ?? []).keys()]).toEqual(["warm"]);
  });
});
