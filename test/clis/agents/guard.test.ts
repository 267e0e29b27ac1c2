import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { agentClis, type AgentCli } from "../../support/agents/clis.ts";
import { useAgents } from "../../support/agents/fleet.ts";
import { root } from "../../support/tree.ts";

const guard = join(root, "docs/examples/guard.sh");
const settingsSchema = z.looseObject({ hooks: z.record(z.string(), z.array(z.unknown())) });

/** Grok reads each file of its folder; the others have one. */
const fileOf = ({ name, settingsFile }: AgentCli) =>
  name === "grok" ? ".grok/hooks/guard.json" : settingsFile;

/** As docs/guard.md says. */
async function optIn(cli: AgentCli, home: string): Promise<void> {
  const file = join(home, fileOf(cli));
  const text = existsSync(file) ? await readFile(file, "utf8") : '{ "hooks": {} }';
  const settings = settingsSchema.parse(JSON.parse(text));
  const event = cli.name === "gemini" ? "BeforeTool" : "PreToolUse";
  const own = { hooks: [{ type: "command", command: guard }] };
  const groups = [...(settings.hooks[event] ?? []), own];
  await writeFile(file, JSON.stringify({ ...settings, hooks: { ...settings.hooks, [event]: groups } }));
}

describe.each(agentClis.map((cli) => [cli.name, cli] as const))("the real %s, asking nobody", (...args) => {
  const [, cli] = args;
  let home = "";
  const prepare = async (folder: string) => {
    home = folder;
    await optIn(cli, folder);
  };
  const { open, fleet } = useAgents(cli, { prepare });
  beforeAll(() => open());

  test("[row 111] is kept from a destructive command by the guard that its human opted in to, beside fleet's hooks", async () => {
    const web = await fleet().start("web");
    const victim = join(web.project, "victim");
    await writeFile(victim, "");
    await web.submit("[[run rm -rf victim]] [[run touch allowed]] [[say went on]]");
    await fleet().untilSession("web", ({ lastText, state }) => lastText === "went on" && state === "idle");
    expect(existsSync(victim)).toBe(true);
    expect(existsSync(join(web.project, "allowed"))).toBe(true);
    expect(fleet().model.asked.some((text) => text.includes("guard: not run"))).toBe(true);
    // A message lifts it for nobody, and comes all the same.
    const told = await fleet().tell("web", "[[run rm -rf victim]] [[say told]]");
    expect(told).toMatchObject({ stage: "done", outcome: "done" });
    expect(existsSync(victim)).toBe(true);
    await fleet().run("hooks", "uninstall", `--${cli.name}`, "--apply");
    expect(await readFile(join(home, fileOf(cli)), "utf8")).toContain("guard.sh");
  });
});
