import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findNonces } from "@fleetbus/core";
import type { TranscriptEntry, TranscriptFact } from "./fact.ts";
import { foldProofs, isShown, liveChain, type NonceFate } from "./proof.ts";
import { transcriptReader } from "./reader.ts";

/** A transcript as 2.1.329 wrote it, without what bears on nothing here. */
function factsOf(name: string): readonly TranscriptFact[] {
  const reader = transcriptReader(findNonces);
  const text = readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), "utf8");
  return text.split("\n").flatMap((line) => reader.read(line));
}

function fateOf(facts: readonly TranscriptFact[], nonce: string): NonceFate | undefined {
  return foldProofs(facts).get(nonce)?.fate;
}

function entryOf(uuid: string, nonces: readonly string[]): TranscriptEntry {
  return { kind: "entry", type: "attachment", uuid, parent: undefined, at: 0, nonces, role: "other" };
}

function messageOf(hash: string): TranscriptFact {
  return { kind: "message", hash, nonces: ["offered1"] };
}

function requestOf(id: string, at: number): TranscriptFact {
  return { kind: "request", id, base: undefined, keep: 0, tail: ["h1"], at };
}

/** All facts before the newest prompt. */
function beforeLastPrompt(facts: readonly TranscriptFact[]): readonly TranscriptFact[] {
  return facts.slice(
    0,
    facts.findLastIndex((fact) => fact.kind === "entry" && fact.role === "prompt"),
  );
}

describe("the fate of a nonce in a real transcript", () => {
  test.each([
    { name: "continuation", nonce: "offered1", fate: "answered", requests: 1 },
    { name: "parallel-tools", nonce: "offered1", fate: "answered", requests: 1 },
    { name: "parallel-tools", nonce: "offered2", fate: "answered", requests: 1 },
    { name: "parallel-tools", nonce: "printed1", fate: "answered", requests: 1 },
    { name: "plain-prompts", nonce: "typed01", fate: "answered", requests: 1 },
    { name: "plain-prompts", nonce: "rewake1", fate: "answered", requests: 1 },
    { name: "without-requests", nonce: "offered1", fate: "answered", requests: 0 },
    { name: "compaction", nonce: "offered1", fate: "answered", requests: 1 },
    { name: "compaction", nonce: "offered2", fate: "answered", requests: 1 },
    { name: "esc-in-a-tool", nonce: "offered1", fate: "answered", requests: 1 },
    { name: "esc-in-a-continuation", nonce: "offered1", fate: "answered", requests: 2 },
    { name: "esc-before-output", nonce: "offered1", fate: "rewound", requests: 1 },
    { name: "start-context", nonce: "offered1", fate: "answered", requests: 2 },
    { name: "api-error", nonce: "offered1", fate: "kept", requests: 6 },
  ])("$name: $nonce is $fate after $requests requests", ({ name, nonce, fate, requests }) => {
    const proof = foldProofs(factsOf(name)).get(nonce);
    expect(proof?.fate).toBe(fate);
    expect(proof?.requestedAt).toHaveLength(requests);
  });

  test("Esc before output leaves no trace until the next prompt, and then it was not shown", () => {
    const facts = factsOf("esc-before-output");
    const abandoned = foldProofs(beforeLastPrompt(facts)).get("offered1");
    expect(abandoned?.fate).toBe("requested");
    expect(isShown(abandoned, { hasEnded: false })).toBe(true);
    expect(isShown(abandoned, { hasEnded: true })).toBe(false);
    expect(isShown(foldProofs(facts).get("offered1"), { hasEnded: false })).toBe(false);
  });

  test("Esc in a continuation keeps what it brought for the next request", () => {
    const kept = foldProofs(beforeLastPrompt(factsOf("esc-in-a-continuation"))).get("offered1");
    expect(kept?.fate).toBe("kept");
    expect(isShown(kept, { hasEnded: true })).toBe(true);
  });

  test("what the start of a session brought stays when its first prompt is taken back", () => {
    const facts = beforeLastPrompt(factsOf("start-context"));
    const proof = foldProofs(facts).get("offered1");
    expect(proof).toMatchObject({ fate: "requested", isAnchored: true });
    expect(isShown(proof, { hasEnded: true })).toBe(true);
  });

  test("a hook's answer alone is no proof", () => {
    const facts = factsOf("continuation");
    const isBrought = (fact: TranscriptFact) => fact.kind === "entry" && fact.nonces.includes("offered1");
    const proof = foldProofs(facts.slice(0, facts.findIndex(isBrought) + 1)).get("offered1");
    expect(proof?.fate).toBe("recorded");
    expect(isShown(proof, { hasEnded: false })).toBe(false);
  });

  test("a request that was written before the record of what it holds counts", () => {
    const facts = factsOf("continuation");
    const isEntry = (fact: TranscriptFact) => fact.kind === "entry" && fact.nonces.includes("offered1");
    const late = facts.find(isEntry);
    const rest = facts.filter((fact) => fact !== late);
    const swapped = rest.flatMap((fact) => (fact.kind === "request" && late ? [fact, late] : [fact]));
    expect(fateOf(swapped, "offered1")).toBe("answered");
  });

  test("what was kept stays shown while the next request is under way", () => {
    const facts = factsOf("esc-in-a-continuation");
    const again = facts.findLastIndex((fact) => fact.kind === "request");
    const proof = foldProofs(facts.slice(0, again + 1)).get("offered1");
    expect(proof?.requestedAt).toHaveLength(2);
    expect(isShown(proof, { hasEnded: true })).toBe(true);
  });

  test("an answer that is older than the request is not its answer", () => {
    const [offer, message, request] = [entryOf("e1", ["offered1"]), messageOf("h1"), requestOf("r1", 1000)];
    const answer = { ...entryOf("e2", []), type: "assistant", role: "answer", parent: "elsewhere" } as const;
    const facts = [offer, message, request];
    expect(fateOf([...facts, { ...answer, at: 999 }], "offered1")).toBe("requested");
    expect(fateOf([...facts, { ...answer, at: 1000 }], "offered1")).toBe("answered");
  });

  test("a compaction takes away what had no answer, and a request after it brings it back", () => {
    const compaction = { ...entryOf("e2", []), type: "system", role: "compaction" } as const;
    const facts = [entryOf("e1", ["offered1"]), messageOf("h1"), requestOf("r1", 1000), compaction];
    expect(fateOf(facts, "offered1")).toBe("rewound");
    expect(fateOf([...facts, requestOf("r2", 2000)], "offered1")).toBe("requested");
  });

  test("reading from the middle finds what came after it", () => {
    const facts = factsOf("continuation");
    const later = facts.slice(facts.findIndex((fact) => fact.kind === "message"));
    expect(fateOf(later, "offered1")).toBe("answered");
  });

  test("a nonce that nobody brought has no account", () => {
    expect(foldProofs(factsOf("continuation")).get("another1")).toBeUndefined();
    expect(isShown(undefined, { hasEnded: false })).toBe(false);
  });
});

describe("the live chain", () => {
  test("leaves out the branch that Esc abandoned", () => {
    const facts = factsOf("esc-before-output");
    const chain = new Set(liveChain(facts));
    const entries = facts.filter((fact) => fact.kind === "entry");
    const off = entries.filter((entry) => !chain.has(entry.uuid));
    expect(off.flatMap((entry) => entry.nonces)).toEqual(["offered1"]);
    expect(chain.has(entries[0]?.uuid ?? "")).toBe(true);
  });

  test("begins anew at a compaction", () => {
    const facts = factsOf("compaction");
    const root = facts.find((fact) => fact.kind === "entry" && fact.role === "compaction");
    expect(liveChain(facts).at(-1)).toBe(root?.kind === "entry" ? root.uuid : undefined);
  });

  test("is empty without entries", () => {
    expect(liveChain([])).toEqual([]);
  });
});
