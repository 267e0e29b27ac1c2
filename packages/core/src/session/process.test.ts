import { describe, expect, it } from "vitest";
import type { FleetEvent } from "../event/event.ts";
import { foldEvents } from "./fold.ts";

const at = (second: number) => new Date(second * 1000).toISOString();

function event(second: number, kind: string, data: object): FleetEvent {
  const from = { machine: "lab", session: "web" };
  return {
    id: `e${second}`,
    from,
    time: at(second),
    kind,
    origin: "system",
    data: { cli: "claude", ...data },
  };
}

const started = event(1, "session.started", { pid: 10, procStart: "100", pane: undefined });
const prompt = event(2, "prompt.submitted", { pid: 10, promptId: "p1" });

describe("the process of a session's record", () => {
  it("is known by its start too, and stays so while events tell nothing else", () => {
    expect(foldEvents([started, prompt])).toMatchObject({ pid: 10, procStart: "100", state: "busy" });
  });

  it("is another one that begins under the same pid at another time", () => {
    const again = event(3, "session.started", { pid: 10, procStart: "200" });
    const record = foldEvents([started, prompt, again]);
    expect(record).toMatchObject({ pid: 10, procStart: "200", startedAt: at(3) });
    expect(record?.promptId).toBeUndefined();
  });

  it("is the same one that starts again and says the same, as after /clear", () => {
    const cleared = event(3, "session.started", { pid: 10, procStart: "100" });
    expect(foldEvents([started, prompt, cleared])?.startedAt).toBe(at(1));
  });

  it("has no known start where another pid comes that does not tell its own", () => {
    const other = event(3, "tool.started", { pid: 11 });
    expect(foldEvents([started, prompt, other])).toEqual(
      expect.not.objectContaining({ procStart: expect.anything() }),
    );
  });
});
