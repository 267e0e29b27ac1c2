import { beforeAll, describe, expect, test } from "vitest";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import type { ModelRequest } from "../support/stub-model.ts";

/** How often a request holds a text. */
function times({ messages }: ModelRequest, text: string): number {
  return messages.map((message) => message.text.split(text).length - 1).reduce((sum, n) => sum + n, 0);
}

describe.concurrent("Esc in the real Claude Code", () => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open());

  const asked = (text: string) => fleet().model.waitFor((request) => times(request, text) > 0);

  test("before output takes a typed prompt back with its message, which is offered again, marked", async () => {
    const worker = await fleet().start("typed");
    const id = await fleet().pub("typed", "the body for typed", "--note");
    await worker.submit("[[hold typed]] first");
    await asked("the body for typed");
    await worker.press("Escape");
    await fleet().untilState("typed", "idle", 6_000);
    await worker.waitForScreen(/❯\s\[\[hold typed\]\] first/u);
    await worker.press("C-u");
    await worker.submit("second");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.filter(({ stage }) => stage === "offered").map(({ offers }) => offers)).toEqual([1, 2]);
    const requests = fleet().model.holding("the body for typed");
    expect(requests.map(({ end }) => end)).toEqual(["aborted", "answered"]);
    expect(requests.map((request) => times(request, "the body for typed"))).toEqual([1, 1]);
    expect(requests.map((request) => times(request, "redelivered: "))).toEqual([0, 1]);
  });

  test("before output of a turn that a message began: it is offered again, marked, and wakes again", async () => {
    const worker = await fleet().start("woken");
    const id = await fleet().pub("woken", "[[hold woken]] the body for woken");
    await asked("the body for woken");
    await fleet().untilStage(id, "shown");
    await worker.press("Escape");
    await fleet().untilStage(id, "offered", 2);
    fleet().model.release("woken");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.flatMap(({ stage, rung }) => (stage === "woken" ? [rung] : []))).toEqual([
      "rewake",
      "rewake",
    ]);
    expect(trace.at(-1)).toMatchObject({ outcome: "done" });
    const requests = fleet().model.holding("the body for woken");
    expect(requests.map(({ end }) => end)).toEqual(["aborted", "answered"]);
    // What a wake brought stays in the conversation: the second copy is the one that is marked.
    expect(requests.map((request) => times(request, "redelivered: "))).toEqual([0, 1]);
  });

  test("after output ends the message as interrupted", async () => {
    const worker = await fleet().start("answered");
    const id = await fleet().pub("answered", "[[drip 60000]] [[say hello and more]]");
    await asked("hello and more");
    await worker.waitForScreen(/^●[^\S\n]*$/mu);
    await worker.press("Escape");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.map(({ stage }) => stage)).toEqual(["stored", "woken", "offered", "shown", "done"]);
    expect(trace.at(-1)).toMatchObject({ outcome: "interrupted" });
    expect(await fleet().session("answered")).toMatchObject({ state: "idle", inbox: 0 });
  });

  test("in a tool that a message asked for ends it as interrupted", async () => {
    const worker = await fleet().start("tooled", { permissionMode: "bypassPermissions" });
    const id = await fleet().pub("tooled", "[[run until [ -e never ]; do sleep 0.1; done]]");
    await fleet().untilSession("tooled", ({ tool }) => tool === "Bash");
    await worker.press("Escape");
    expect((await fleet().untilStage(id, "done")).at(-1)).toMatchObject({ outcome: "interrupted" });
    expect((await fleet().trace(id)).filter(({ stage }) => stage === "offered")).toHaveLength(1);
  });
});
