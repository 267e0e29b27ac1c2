import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFleet, type Fleet } from "../support/fleet/fleet.ts";
import { runHook } from "../support/fleet/hook.ts";

let fleet: Fleet;

const caller = { pid: process.pid, ancestors: [], hasTty: false };
const say = (target: string, more: object = {}) =>
  fleet.api("POST", "/v1/messages", { caller, target, body: "x", ...more });
const tell = (event: string, payload: object) =>
  runHook({
    client: fleet.client,
    event,
    pid: process.pid,
    payload: { session_id: "s1", cwd: "/tmp/web", ...payload },
  }).result;
const traceSchema = z.object({ stages: z.array(z.object({ stage: z.string() })) });
const stagesOf = async (id: string) => {
  const { json } = await fleet.api("GET", `/v1/messages/${id}/trace`);
  return traceSchema.parse(json).stages.map(({ stage }) => stage);
};

beforeAll(async () => {
  fleet = await startFleet({ config: '[policy]\nper_pair = "60/2s"\n' });
  await tell("SessionStart", { source: "startup" });
});
afterAll(() => fleet?.close());

describe("more than fits an answer", () => {
  it("is told to its sender once a message, not once an answer", async () => {
    await tell("UserPromptSubmit", { prompt: "work", prompt_id: "busy" }); // an idle one would be woken, which is told too
    // This process is the session, so it speaks to itself.
    for (let n = 0; n < 30; n += 1) await say("web", { id: `m-${n}`, body: "y".repeat(3000) });
    for (let n = 0; n < 3; n += 1) {
      const { stdout } = await tell("UserPromptSubmit", { prompt: "go on", prompt_id: `p${n}` });
      expect(stdout).toContain("fleet:");
    }
    expect(await stagesOf("m-29")).toContain("deferred");
    const { text } = await fleet.api("GET", "/metrics");
    const written = Number(/stages_total\{stage="deferred"\} (\d+)/.exec(text)?.[1]);
    expect(written).toBeGreaterThan(20);
    expect(written).toBeLessThan(30);
  });
});

describe("the storm guard", () => {
  it("lets a sender through again who went on trying, at the rate that it has", async () => {
    const refusedAt = async () => {
      for (;;) if ((await say("web", { kind: "note" })).status === 403) return performance.now();
    };
    const since = await refusedAt();
    let passed = 0;
    while (performance.now() - since < 5000) {
      if ((await say("web", { kind: "note" })).status === 201) passed += 1;
    }
    expect(passed).toBeGreaterThan(40);
    expect(passed).toBeLessThan(240);
  });
});
