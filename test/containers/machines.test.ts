import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/tmux.ts";
import { processesSeenBy } from "./machine/looking.ts";
import { startPair, type Member, type Pair } from "./machine/pair.ts";
import { stagesOf } from "./machine/stages.ts";

let pair: Pair;
let lab: Member;
let den: Member;

beforeAll(async () => {
  pair = await startPair(["turn.stopped", "tool.started"]);
  ({ lab, den } = pair);
});

afterAll(() => pair.close());

/** What one listener has of a machine's tools, in the order in which it came. */
async function toolsAt(member: Member, machine: string): Promise<readonly string[]> {
  const events = await member.listener.events();
  const own = events.filter(({ kind, from }) => kind === "tool.started" && from.machine === machine);
  return own.map(({ data }) => data.toolUseId ?? "");
}

const tool = (id: string) => ({ tool_name: "Bash", tool_use_id: id });

describe("two machines on a server that exists", () => {
  test("keep its password out of every command line that another user can read", async () => {
    const seen = (await processesSeenBy(lab.other)).map(({ args }) => args);
    expect(seen.filter((args) => args.includes("fleet.js up --foreground"))).toHaveLength(1);
    expect(seen.filter((args) => args.includes("secret"))).toEqual([]);
  });

  test("list each other's sessions", async () => {
    for (const { user } of [lab, den]) {
      const { stdout } = await user.fleet("session", "list");
      expect(stdout).toMatch(/^den\/api .*\nlab\/web /m);
    }
  });

  test("a message reaches the other machine's session, its receipts and the answer come back", async () => {
    const said = await lab.session.does("fleet pub den/api 'which port?' --question --id port");
    expect(said).toMatchObject({ code: 0, stdout: "port  stored  den/api\n" });
    const shown = await den.session.hook("UserPromptSubmit", { prompt: "go on" });
    expect(shown).toContain("from: lab/web (agent)");
    expect(shown).toContain("\nwhich port?\n");
    await den.session.hook("PreToolUse", tool("look"));
    expect(await den.session.does("fleet reply port 'it is 8081'")).toMatchObject({ code: 0 });
    await den.session.hook("Stop", { last_assistant_message: "answered" });
    expect(await stagesOf(lab.user, "port")).toEqual(["stored", "offered", "shown", "done", "replied"]);
    expect(await lab.session.hook("UserPromptSubmit", { prompt: "and?" })).toContain("\nit is 8081\n");
    await lab.session.hook("Stop");
  });

  test("an event of one machine reaches the adapters of both, once each", async () => {
    for (const id of ["t1", "t2", "t3"]) await den.session.hook("PreToolUse", tool(id));
    await lab.session.hook("PreToolUse", tool("l1"));
    await den.session.hook("Stop");
    const wanted = ["look", "t1", "t2", "t3"];
    for (const member of [lab, den])
      await eventually(
        async () => ((await toolsAt(member, "den")).length >= wanted.length ? true : undefined),
        () => "the events of den",
        20_000,
      );
    for (const member of [lab, den]) {
      expect(await toolsAt(member, "den")).toEqual(wanted);
      expect(await toolsAt(member, "lab")).toEqual(["l1"]);
      const ids = (await member.listener.events()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
