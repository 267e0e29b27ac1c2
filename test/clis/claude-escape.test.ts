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

  /** Every request that holds a body holds it once; `ends` says how those requests ended. */
  const expectOnce = (body: string, ends: readonly string[]) => {
    const requests = fleet().model.holding(body);
    expect(requests.map(({ end }) => end)).toEqual(ends);
    expect(requests.map((request) => times(request, body))).toEqual(ends.map(() => 1));
  };
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
    expectOnce("the body for typed", ["aborted", "answered"]);
    const requests = fleet().model.holding("the body for typed");
    expect(requests.map((request) => times(request, "redelivered: "))).toEqual([0, 1]);
  });

  test("before output of a turn that a message began leaves it in the conversation: it is not offered again, and ends with the next turn", async () => {
    const worker = await fleet().start("woken");
    const id = await fleet().pub("woken", "[[hold woken]] the body for woken");
    await asked("the body for woken");
    await fleet().untilStage(id, "shown");
    await worker.press("Escape");
    await fleet().untilState("woken", "idle", 6_000);
    fleet().model.release("woken");
    await worker.submit("go on");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.map(({ stage }) => stage)).toEqual(["stored", "woken", "offered", "shown", "done"]);
    expect(trace.at(-1)).toMatchObject({ outcome: "done" });
    expectOnce("the body for woken", ["aborted", "answered"]);
  });

  test("before output of a continuation leaves its message in the conversation, too", async () => {
    const worker = await fleet().start("continued");
    await worker.submit("[[hold first]] [[say first]]");
    await asked("[[hold first]]");
    const id = await fleet().pub("continued", "[[hold continued]] the body for continued");
    fleet().model.release("first");
    await asked("the body for continued");
    await fleet().untilStage(id, "shown");
    await worker.press("Escape");
    await fleet().untilState("continued", "idle", 6_000);
    fleet().model.release("continued");
    await worker.submit("go on");
    const trace = await fleet().untilStage(id, "done");
    expect(trace.map(({ stage }) => stage)).toEqual(["stored", "offered", "shown", "done"]);
    expectOnce("the body for continued", ["aborted", "answered"]);
  });

  test("leaves a message in a conversation that is then cleared: it is offered to the next one, marked", async () => {
    const worker = await fleet().start("cleared");
    const id = await fleet().pub("cleared", "[[hold cleared]] the body for cleared");
    await asked("the body for cleared");
    await fleet().untilStage(id, "shown");
    await worker.press("Escape");
    const { cliSession } = await fleet().untilState("cleared", "idle", 6_000);
    fleet().model.release("cleared");
    await worker.submit("/clear");
    await fleet().untilSession("cleared", (session) => session.cliSession !== cliSession);
    await worker.submit("hello");
    expect((await fleet().untilStage(id, "done")).at(-1)).toMatchObject({ outcome: "done" });
    expectOnce("the body for cleared", ["aborted", "answered"]);
    const requests = fleet().model.holding("the body for cleared");
    expect(requests.map((request) => times(request, "redelivered: "))).toEqual([0, 1]);
  });

  test("after output ends the message as interrupted", async () => {
    const worker = await fleet().start("answered");
    const id = await fleet().pub("answered", "[[drip 60000]] [[say hello and more]]");
    await asked("hello and more");
    await worker.waitForScreen(/^● hello$/mu);
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
