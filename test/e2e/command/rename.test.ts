import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
const agents: ScriptedAgent[] = [];
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  for (const agent of agents) await agent.close();
  await fleet?.close();
});

const sentSchema = z.object({ id: z.string() });
const inboxSchema = z.object({
  items: z.array(z.object({ id: z.string(), body: z.string(), stage: z.string() })),
});
const traceSchema = z.object({ stages: z.array(z.object({ stage: z.string() })) });

async function start(name: string): Promise<ScriptedAgent> {
  const agent = await startScriptedAgent(fleet, name);
  agents.push(agent);
  return agent;
}

async function note(target: string, body: string): Promise<string> {
  return sentSchema.parse((await run("pub", target, body, "--note", "--json")).json()).id;
}

const inboxOf = async (name: string, ...more: readonly string[]) =>
  inboxSchema.parse((await run("inbox", "--session", name, ...more, "--json")).json()).items;
const stagesOf = async (id: string) =>
  traceSchema.parse((await run("trace", id, "--json")).json()).stages.map(({ stage }) => stage);

function untilDone(id: string): Promise<true> {
  const look = async () => ((await stagesOf(id)).at(-1) === "done" ? true : undefined);
  return eventually(look, () => `${id} to be done`, 20_000);
}

describe("fleet session rename", () => {
  it("takes along what was stored before, over a kill -9, and leaves nothing of it to the next of that name", async () => {
    const web = await start("web");
    const first = await note("web", "first token-first");
    const recalled = await note("web", "recall token-recalled");
    expect((await run("session", "rename", "web", "api")).stdout).toBe("lab/api\n");
    expect((await inboxOf("api")).map(({ id }) => id)).toEqual([first, recalled]);
    expect((await run("cancel", recalled)).code).toBe(0);
    expect(await stagesOf(first)).toEqual(["stored"]);
    expect((await run("pub", "lab/web", "nobody")).code).toBe(3);

    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    expect((await run("pub", "lab/web", "nobody")).code).toBe(3);
    const next = await start("web");
    const later = await note("web", "later token-later");
    const taken = await next.prompt("mine?");
    expect(taken).toContain("token-later");
    expect(taken).not.toMatch(/token-first|token-recalled/);
    await next.stop();

    const given = await web.prompt("and mine?");
    expect(given).toContain("token-first");
    expect(given).not.toMatch(/token-later|token-recalled|redelivered/);
    await web.stop();
    await Promise.all([untilDone(first), untilDone(later)]);
    expect((await stagesOf(recalled)).at(-1)).toBe("cancelled");
    expect((await inboxOf("api", "--all")).map(({ id }) => id)).toContain(first);
    expect((await inboxOf("web", "--all")).map(({ id }) => id)).toEqual([later]);
  });

  it("in the middle of a turn ends with that turn what the model was given in it", async () => {
    const docs = await start("docs");
    const given = await note("docs", "given token-given");
    expect(await docs.prompt("what is there?")).toContain("token-given");
    await run("session", "rename", "docs", "pages");
    await docs.stop();
    await untilDone(given);
    expect(await docs.prompt("and now?")).not.toContain("token-given");
    await docs.stop();
  });

  it("leaves one that is paused paused, and the next of that name not", async () => {
    const calm = await start("calm");
    await run("pause", "calm");
    await note("calm", "held token-held");
    await run("session", "rename", "calm", "quiet");
    expect(await calm.prompt("anything?")).toBe("");
    await calm.stop();
    await start("calm");
    await run("resume", "quiet");
    expect(await calm.prompt("and now?")).toContain("token-held");
    await calm.stop();
  });

  it("marks what was offered before it, and only that, when its daemon dies in that turn", async () => {
    const shop = await start("shop");
    await note("shop", "offered token-offered");
    await shop.prompt("what is there?");
    await note("shop", "fresh token-fresh");
    await run("session", "rename", "shop", "store");
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    expect(await inboxOf("store")).toHaveLength(2);
    const text = await shop.prompt("again?");
    expect(text).toContain("token-offered");
    expect(text).toContain("token-fresh");
    expect(text.match(/redelivered/g)).toHaveLength(1);
    await shop.stop();
  });
});
