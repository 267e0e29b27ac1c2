import { foldEvents, type FleetEvent } from "@fleetbus/core";
import { describe, expect, it } from "vitest";
import { endWork } from "./end-work.ts";

const from = { machine: "lab", session: "web" };

/** The session after these events. */
function after(...kinds: readonly (readonly [kind: string, data?: object])[]) {
  const event = ([kind, data]: (typeof kinds)[number], index: number): FleetEvent => {
    const time = "2026-11-21T10:00:00.000Z";
    return { id: `e${index}`, kind, from, time, origin: "system", data: { cli: "claude", pid: 7, ...data } };
  };
  return foldEvents(kinds.map(event));
}

const turn = [
  ["session.started"],
  ["prompt.submitted"],
  ["tool.finished", { tool: "Write", files: ["a.ts"] }],
] as const;
const work = { tools: 1, files: ["a.ts"] };

describe("the end of a turn", () => {
  it.each(["turn.stopped", "turn.failed", "turn.interrupted", "turn.parked"])(
    "%s carries what it had done",
    (kind) => {
      expect(endWork({ kind, data: {} }, after(...turn))).toEqual({ work });
    },
  );

  it.each([
    ["a tool's end", "tool.finished", {}, after(...turn)],
    ["a sub-agent's", "turn.stopped", { agentId: "a" }, after(...turn)],
    ["one of a turn that has ended", "turn.interrupted", {}, after(...turn, ["turn.stopped"])],
    ["one that did nothing", "turn.stopped", {}, after(["session.started"], ["prompt.submitted"])],
    ["nobody's", "turn.stopped", {}, undefined],
  ])("%s carries none", (_, kind, data, record) => {
    expect(endWork({ kind, data }, record)).toEqual({});
  });
});
