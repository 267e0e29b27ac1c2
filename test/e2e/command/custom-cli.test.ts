import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hookWord, loadConfig } from "@fleetbus/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { runHook } from "../../support/fleet/hook.ts";
import { startHooked, type Hooked } from "../../support/fleet/hooked.ts";
import { eventually } from "../../support/tmux.ts";
import { readSource } from "../../support/tree.ts";

/** The example that docs/custom-cli.md gives. */
const [, example = ""] = /```toml\n([^]*?)```/.exec(readSource("docs/custom-cli.md").text) ?? [];

let hooked: Hooked;
let at: Hooked["at"];
let cwd = "";
const agent = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });

beforeAll(async () => {
  hooked = await startHooked();
  ({ at } = hooked);
  cwd = join(at.home, "agents", "tidy");
  await mkdir(cwd, { recursive: true });
});
afterAll(async () => {
  const gone = once(agent, "exit");
  agent.kill("SIGKILL");
  await gone;
  await hooked?.close();
});

const sessionsSchema = z.object({
  items: z.array(
    z.looseObject({
      name: z.string(),
      cli: z.string(),
      state: z.string(),
      inbox: z.number(),
      role: z.string().optional(),
      lastText: z.string().optional(),
    }),
  ),
});
const sessions = async () => sessionsSchema.parse((await at.run(["session", "list", "--json"])).json()).items;
const tidy = async () => (await sessions()).find(({ name }) => name === "tidy");

/** Calls a hook as aide does; gives what it printed. It always ends well. */
async function hook(event: string, payload: object): Promise<string> {
  const { pid = 0 } = agent;
  const client = join(at.paths.hooksDir, "fleet-hook");
  const call = { client, cli: "aide", event: hookWord(event), pid, payload };
  const { code, stdout, stderr } = await runHook(call).result;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}
const session = { id: "5f0c" };

describe("a made-up CLI that only the config knows", () => {
  it("is nobody before the config names it", async () => {
    expect(await hook("boot", { session, workspace: { root: cwd } })).toBe("");
    expect((await sessions()).map(({ name }) => name)).toEqual(["web"]);
  });

  it("joins without a restart: it is listed, busy with a prompt and a tool, and idle", async () => {
    expect(loadConfig(example, { path: "docs/custom-cli.md" }).config.cli).toHaveLength(1);
    await writeFile(at.paths.configFile, `[[session]]\nmatch = "web"\nrole = "witness"\n${example}`);
    await eventually(
      async () => ((await sessions()).some(({ role }) => role === "witness") ? true : undefined),
      () => "the config in force",
      30_000,
    );
    expect(await hook("boot", { session, workspace: { root: cwd } })).toBe("");
    expect(await tidy()).toMatchObject({ cli: "aide", state: "idle" });
    await hook("ask", { session, input: { text: "tidy up" } });
    await hook("call-start", { session, call: { name: "sweep", id: "c1" } });
    expect(await tidy()).toMatchObject({ state: "busy", tool: "sweep" });
    await hook("call-end", { session, call: { name: "sweep", id: "c1" } });
    expect(await hook("turn-end", { session, output: { text: "all green" } })).toBe("");
    expect(await tidy()).toMatchObject({ state: "idle", lastText: "all green" });
  });

  it("is offered mail at its turn's end, goes on with it, and its sender hears that it is done", async () => {
    await hook("ask", { session, input: { text: "again" } });
    const sent = at.run(["pub", "tidy", "sweep the stairs too", "--wait", "done", "--timeout", "30s"]);
    await eventually(
      async () => ((await tidy())?.inbox === 1 ? true : undefined),
      () => "the message in its inbox",
      30_000,
    );
    const answer = z
      .object({ decision: z.literal("block"), reason: z.string() })
      .parse(JSON.parse(await hook("turn-end", { session, output: { text: "done" } })));
    expect(answer.reason).toContain("sweep the stairs too");
    expect(await tidy()).toMatchObject({ state: "busy" });
    expect(await hook("turn-end", { session, resumed: true, output: { text: "stairs too" } })).toBe("");
    expect((await sent).code).toBe(0);
    expect(await tidy()).toMatchObject({ state: "idle", inbox: 0, lastText: "stairs too" });
  });

  it("a prompt is given mail as bare text", async () => {
    await at.run(["pub", "tidy", "and the cellar", "--note"]);
    const given = await hook("ask", { session, input: { text: "hello" } });
    expect(given).toContain("and the cellar");
    expect(given.startsWith("{")).toBe(false);
  });

  it("garbage changes nothing, and the CLI goes on", async () => {
    const before = await tidy();
    expect(before).toMatchObject({ state: "busy" });
    const hostile: object = JSON.parse('{"__proto__":{"session":{"id":"5f0c"}},"constructor":1}');
    const wrong = [{}, [], { session: "5f0c" }, { session: { id: 7 } }, { session_id: "5f0c" }, hostile];
    for (const payload of wrong) expect(await hook("turn-end", payload)).toBe("");
    expect(await hook("no-such-event", { session })).toBe("");
    expect(await tidy()).toEqual(before);
    expect(await hooked.web.prompt("still there?")).toBe("");
  });

  it("and leaves as it said", async () => {
    await hook("quit", { session });
    expect(await tidy()).toMatchObject({ state: "ended" });
  });
});
