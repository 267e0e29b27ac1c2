import { describe, expect, test } from "vitest";
import type { TranscriptEntry } from "./fact.ts";
import { proofFold } from "./proof-fold.ts";

const base = { kind: "entry", at: 0, nonces: [], parent: undefined, role: "other" } as const;

function entry(uuid: string, facts: Partial<TranscriptEntry>): TranscriptEntry {
  return { ...base, type: "assistant", uuid, ...facts };
}

describe("folding proofs while a transcript grows", () => {
  // Going up the whole conversation for each answer, this takes minutes and runs into the test's limit.
  test("does not go through the whole conversation for each entry", () => {
    const fold = proofFold();
    fold.take(entry("aside", { nonces: ["offered1"], type: "attachment" }));
    const count = 150_000;
    for (let number = 0; number < count; number += 1)
      fold.take(entry(`e${number}`, { parent: number === 0 ? undefined : `e${number - 1}`, role: "answer" }));
    expect(fold.proofs.get("offered1")?.fate).toBe("recorded");
    fold.take(entry("back", { parent: "aside", role: "answer" }));
    expect(fold.proofs.get("offered1")?.fate).toBe("answered");
  });

  test("a request holds what earlier ones kept, not what it left", () => {
    const fold = proofFold();
    fold.take({ kind: "message", hash: "h1", nonces: ["offered1"] });
    fold.take({ kind: "request", id: "r1", base: undefined, keep: 0, tail: ["h0", "h1"], at: 1 });
    fold.take({ kind: "request", id: "r2", base: "r1", keep: 2, tail: ["h2"], at: 2 });
    fold.take({ kind: "request", id: "r3", base: "r2", keep: 1, tail: ["h3"], at: 3 });
    expect(fold.proofs.get("offered1")?.requestedAt).toEqual([1, 2]);
  });

  test("a request that is written after its answer counts, a later one does not", () => {
    const fold = proofFold();
    fold.take({ kind: "message", hash: "h1", nonces: ["offered1"] });
    fold.take(entry("offer", { nonces: ["offered1"], type: "attachment" }));
    fold.take(entry("answer", { parent: "offer", role: "answer", at: 2 }));
    fold.take({ kind: "request", id: "r1", base: undefined, keep: 0, tail: ["h1"], at: 1 });
    fold.take({ kind: "request", id: "r2", base: "r1", keep: 1, tail: ["h2"], at: 3 });
    expect(fold.proofs.get("offered1")).toMatchObject({ fate: "answered", requestedAt: [1] });
  });

  test("an entry whose parent is written after it has its place then", () => {
    const fold = proofFold();
    fold.take(entry("offer", { nonces: ["offered1"], type: "attachment" }));
    fold.take(entry("late", { parent: "between", role: "other" }));
    fold.take(entry("early", { parent: "late", role: "answer" }));
    expect(fold.proofs.get("offered1")?.fate).toBe("recorded");
    fold.take(entry("between", { parent: "offer" }));
    fold.take(entry("next", { parent: "early", role: "answer" }));
    expect(fold.proofs.get("offered1")?.fate).toBe("answered");
  });
});
