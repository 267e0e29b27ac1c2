import { test, expect } from "vitest";
import { foldProofs as old } from "./old-proof.ts";
import { foldProofs } from "./proof.ts";
import type { TranscriptFact } from "./fact.ts";
test("same", () => {
  let seed = 1; const rnd = (n: number) => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 8) % n; };
  const roles = ["prompt","interruption","answer","failure","compaction","other","answer","other"] as const;
  for (let round = 0; round < 20000; round++) {
    const facts: TranscriptFact[] = []; let at = 0; let n = 0; const uuids: string[] = []; let lastReq: string|undefined;
    const len = 1 + rnd(40);
    for (let i = 0; i < len; i++) {
      at += rnd(2);
      const k = rnd(6);
      if (k === 0) facts.push((() => { const h = rnd(6); return { kind: "message", hash: `h${h}`, nonces: [`n${h % 4}`] } as const; })());
      else if (k === 1) { const id = `r${i}`; facts.push({ kind: "request", id, base: rnd(4) ? lastReq : `r${rnd(i+1)}`, keep: rnd(6), tail: Array.from({length: rnd(3)}, () => `h${rnd(6)}`), at }); lastReq = id; }
      else { const uuid = `e${n++}`; const parent = rnd(6) === 0 ? undefined : uuids.length === 0 ? "x" : rnd(3) ? uuids.at(-1) : uuids[rnd(uuids.length)]; const late = rnd(8) === 0 ? `e${n}` : parent; if (late === parent) uuids.push(uuid);
         facts.push({ kind: "entry", type: "user", uuid, parent: late, at, nonces: rnd(4) ? [] : [`n${rnd(4)}`], role: roles[rnd(8)]! }); }
    }
    // same hash always the same nonces
    const a = Object.fromEntries([...old(facts)].toSorted()); const b = Object.fromEntries([...foldProofs(facts)].toSorted());
    expect(b).toEqual(a);
  }
});
