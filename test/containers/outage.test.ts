import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../support/tmux.ts";
import { startPair, type Member, type Pair } from "./machine/pair.ts";

let pair: Pair;
let lab: Member;
let den: Member;

beforeAll(async () => {
  pair = await startPair(["tool.started"]);
  ({ lab, den } = pair);
});

afterAll(() => pair.close());

const statusSchema = z.object({
  server: z.object({ isConnected: z.boolean() }),
  spool: z.object({ pending: z.number() }),
});

/** Resolves when a machine has its server again and nothing waits in its spool. */
async function untilDrained({ user }: Member): Promise<void> {
  let last = "";
  const look = async () => {
    last = (await user.fleet("status", "--json")).stdout;
    const { server, spool } = statusSchema.parse(JSON.parse(last));
    return server.isConnected && spool.pending === 0 ? true : undefined;
  };
  await eventually(look, () => `the server and an empty spool: ${last}`, 60_000);
}

/** What a session is offered at its next prompt: each body as often as it stands there. Its turn then ends. */
async function inboxOf({ session }: Member): Promise<readonly string[]> {
  const shown = await session.hook("UserPromptSubmit", { prompt: "go on" });
  await session.hook("PreToolUse", tool("read"));
  await session.hook("Stop");
  expect(shown).not.toContain("redelivered");
  return [...shown.matchAll(/^body (.+)$/gm)].map(([, body]) => body ?? "");
}

/** Says these bodies, one after the other; gives the stage that each one's sender was told. */
async function say({ session }: Member, to: string, bodies: readonly string[]): Promise<readonly string[]> {
  const stages: string[] = [];
  for (const body of bodies) {
    const said = await session.does(`fleet pub ${to} 'body ${body}' --json`);
    stages.push(z.object({ stage: z.string() }).parse(JSON.parse(said.stdout)).stage);
  }
  return stages;
}

const tool = (id: string) => ({ tool_name: "Bash", tool_use_id: id });

/** The tools of one machine that a listener was told of, those of `inboxOf` aside. */
async function toolsAt(member: Member, machine: string): Promise<readonly string[]> {
  const events = await member.listener.events();
  const own = events.filter(({ from }) => from.machine === machine).map(({ data }) => data.toolUseId ?? "");
  return own.filter((id) => id !== "read");
}

const outages = [
  { what: "one machine's plug is pulled", at: "cut", begin: () => den.cut(), end: () => den.heal() },
  { what: "the server is dead", at: "gone", begin: () => pair.hub.kill(), end: () => pair.hub.start() },
  { what: "the server hangs", at: "hang", begin: () => pair.hub.freeze(), end: () => pair.hub.thaw() },
];

describe.each(outages)("while $what", ({ at, begin, end }) => {
  test("both sides publish: afterwards each message and event is there once, in its sender's order", async () => {
    await begin();
    const [, back] = await Promise.all([
      say(lab, "den/api", [`${at}-there-1`, `${at}-there-2`]),
      say(den, "lab/web", [`${at}-back-1`, `${at}-back-2`]),
    ]);
    for (const id of ["1", "2", "3"]) await den.session.hook("PreToolUse", tool(`${at}-${id}`));
    await end();
    // Whoever speaks while the spool drains does not overtake it.
    await say(
      den,
      "lab/web",
      [3, 4, 5, 6].map((n) => `${at}-back-${n}`),
    );
    await Promise.all([untilDrained(lab), untilDrained(den)]);
    expect(back).toEqual(["spooled", "spooled"]);
    expect(await inboxOf(den)).toEqual([`${at}-there-1`, `${at}-there-2`]);
    expect(await inboxOf(lab)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `${at}-back-${n}`));
    for (const member of [lab, den]) {
      expect(await inboxOf(member)).toEqual([]);
      const seen = async () => (await toolsAt(member, "den")).filter((id) => id.startsWith(at));
      await eventually(
        async () => ((await seen()).length >= 3 ? true : undefined),
        () => "the events of den",
        30_000,
      );
      expect(await seen()).toEqual([1, 2, 3].map((n) => `${at}-${n}`));
    }
  });
});
