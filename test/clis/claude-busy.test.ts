import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import type { Worker } from "../support/claude-fleet/workers.ts";

/** Tools run without asking, so that a test says when they end. */
const permissionMode = "bypassPermissions";

/** A script word that runs a tool until `finish` is called with its mark. */
const toolUntil = (mark: string) => `[[run until [ -e ${mark} ]; do sleep 0.05; done]]`;

const finish = ({ project }: Worker, mark: string) => writeFile(join(project, mark), "");

describe.concurrent("the real Claude Code, busy", () => {
  const { open, fleet } = useFleet({ sideBySide: true });
  beforeAll(() => open());

  const holding = (text: string) =>
    fleet().model.waitFor(({ messages }) => messages.some((message) => message.text.includes(text)));
  const stagesOf = async (id: string) =>
    (await fleet().untilStage(id, "done")).map(({ stage, rung }) => (rung ? `${stage} by ${rung}` : stage));
  const inTurn = ["stored", "offered by continuation", "shown", "done"];

  test("gets a message that came while it answered in the same turn, without a wake", async () => {
    const worker = await fleet().start("answering", { permissionMode });
    await worker.submit("[[hold answer]] [[say first]]");
    await holding("[[hold answer]]");
    const { promptId } = await fleet().untilState("answering", "busy");
    const id = await fleet().pub("answering", "[[say second]]");
    fleet().model.release("answer");
    expect(await stagesOf(id)).toEqual(inTurn);
    expect(await fleet().session("answering")).toMatchObject({ promptId, lastText: "second" });
  });

  test("gets a message that came while a tool ran at the turn's end", async () => {
    const worker = await fleet().start("working", { permissionMode });
    await worker.submit(`${toolUntil("finished")} [[say first]]`);
    await fleet().untilSession("working", (session) => session.tool === "Bash");
    const id = await fleet().pub("working", "[[say second]]");
    await finish(worker, "finished");
    expect(await stagesOf(id)).toEqual(inTurn);
    expect(fleet().model.holding("[[say second]]")[0]?.messages.at(-2)?.text).toBe("first");
  });

  test("gets a message sent with --now at the next tool boundary", async () => {
    const worker = await fleet().start("urgent", { permissionMode });
    await worker.submit(`${toolUntil("finished")} [[say first]]`);
    await fleet().untilSession("urgent", (session) => session.tool === "Bash");
    const id = await fleet().pub("urgent", "note this at once", "--now");
    await finish(worker, "finished");
    expect(await stagesOf(id)).toEqual(["stored", "offered", "shown", "done"]);
    const [asked] = fleet().model.holding("note this at once");
    expect(asked?.messages.some(({ text }) => text.includes("PostTool"))).toBe(true);
    expect(asked?.messages.filter(({ role }) => role === "assistant")).toHaveLength(1);
  });

  test("is busy with a prompt that waited, though no hook tells of its start, and is not woken into it", async () => {
    const worker = await fleet().start("waited", { permissionMode });
    await worker.submit("[[hold now]] [[say first]]");
    await holding("[[hold now]]");
    await worker.submit("[[hold next]] [[say next]]");
    fleet().model.release("now");
    await fleet().untilSession("waited", ({ lastText }) => lastText === "first");
    await holding("[[hold next]]");
    await fleet().untilState("waited", "busy");
    const id = await fleet().pub("waited", "[[say and the message]]");
    fleet().model.release("next");
    expect(await stagesOf(id)).toEqual(inTurn);
    await fleet().untilState("waited", "idle");
    expect(fleet().model.holding("[[say and the message]]")[0]?.messages.at(-2)?.text).toBe("next");
  });

  test("gets more messages in a row than the CLI continues turns", async () => {
    const count = 11;
    const worker = await fleet().start("flooded", { permissionMode });
    await worker.submit("[[hold flood0]] go");
    await holding("[[hold flood0]]");
    const ids: string[] = [];
    for (let n = 1; n <= count; n += 1) {
      ids.push(await fleet().pub("flooded", `[[hold flood${n}]] number ${n}.`));
      fleet().model.release(`flood${n - 1}`);
      await holding(`number ${n}.`);
    }
    fleet().model.release(`flood${count}`);
    const all = await Promise.all(ids.map(stagesOf));
    const woken = all.filter((stages) => stages.includes("woken by rewake"));
    expect(woken).toHaveLength(1);
    expect(all.filter((stages) => stages.join() === inTurn.join())).toHaveLength(count - 1);
    expect(fleet().model.holding("redelivered:").filter(isOf("flooded"))).toHaveLength(0);
  });

  test("gives nothing to a sub-agent: what is sent at once waits for the session's own tool", async () => {
    const worker = await fleet().start("leading", { permissionMode });
    const inner = toolUntil("probed").replaceAll("[", "\\u005b").replaceAll("]", "\\u005d");
    const call = { description: "probe", prompt: "PROMPT", subagent_type: "general-purpose" };
    const agent = `[[call Agent ${JSON.stringify(call).replace("PROMPT", inner)}]]`;
    await worker.submit(`${agent} ${toolUntil("finished")} [[say led]]`);
    await fleet().model.waitFor((asked) => asked.agent !== undefined && asked.answer.includes("probed"));
    await fleet().untilSession("leading", (session) => session.tool === "Bash");
    const id = await fleet().pub("leading", "for the leader", "--now");
    await finish(worker, "probed");
    await fleet().model.waitFor((asked) => asked.agent !== undefined && asked.answer.startsWith("DONE"));
    expect((await fleet().trace(id)).map(({ stage }) => stage)).toEqual(["stored"]);
    await finish(worker, "finished");
    expect(await stagesOf(id)).toEqual(["stored", "offered", "shown", "done"]);
    const holders = fleet().model.holding("for the leader");
    expect(holders.map((asked) => asked.agent)).toEqual(holders.map(() => undefined));
  });
});

function isOf(name: string) {
  return ({ system }: { readonly system: string }) => system.includes(`/${name}`);
}
