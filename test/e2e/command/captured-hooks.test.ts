import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture, type CapturedCli } from "../../../packages/hooks/src/cli/fixtures.test.support.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";

let fleet: Fleet;
const puppets: Puppet[] = [];

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const stateOf = async ({ name }: Puppet) =>
  z.object({ state: z.string() }).parse((await run("session", "show", name, "--json")).json()).state;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  await Promise.all(puppets.map((each) => each.kill()));
  await fleet?.close();
});

async function sessionOf(cli: CapturedCli, name: string): Promise<Puppet> {
  const { home, client } = fleet;
  const started = await startPuppet({ name, home, client, cli });
  puppets.push(started);
  return started;
}

/** What the CLI told its hook once, said of this session now; gives what it printed for the model. */
function replay(web: Puppet, cli: CapturedCli, file: string): Promise<string> {
  const { event, payload } = fixture(cli, file);
  const { session_id: _session, prompt_id: _prompt, cwd: _cwd, transcript_path: _file, ...told } = payload;
  return web.hook(event, { ...told, ...(cli === "grok" ? { sessionId: web.sessionId } : {}) });
}

describe("hooks that call as each CLI was captured to call them", () => {
  it.each([
    ["claude", "Stop", ["PreToolUse.Bash", "PostToolUse.Bash", "PostToolUseFailure"]],
    ["codex", "Stop", ["PreToolUse.Bash", "PostToolUse.Bash"]],
    ["gemini", "AfterAgent", ["BeforeTool", "AfterTool"]],
    ["grok", "Stop.end_turn", ["PreToolUse.run_terminal_command", "PostToolUse.run_terminal_command"]],
  ] as const)("[case 4] a tool's hooks end idleness by the names of %s", async (cli, end, tools) => {
    const web = await sessionOf(cli, `tools-of-${cli}`);
    for (const tool of tools) {
      await replay(web, cli, end);
      expect(await stateOf(web)).toBe("idle");
      await replay(web, cli, tool);
      expect(await stateOf(web), tool).toBe("busy");
    }
  });

  it.each([
    ["claude", "UserPromptSubmit", "Stop"],
    ["codex", "UserPromptSubmit", "Stop"],
    ["gemini", "BeforeAgent", "AfterAgent"],
    ["grok", "UserPromptSubmit", "Stop.end_turn"],
  ] as const)(
    "[row 74] a turn of %s goes on with mail seven times in a row, and so does the next prompt's",
    async (cli, prompt, end) => {
      const web = await sessionOf(cli, `goes-on-${cli}`);
      const write = (body: string) => run("pub", web.name, body);
      await replay(web, cli, prompt);
      for (let time = 1; time <= 7; time += 1) {
        await write(`mail ${time}`);
        expect(await replay(web, cli, end)).toContain(`mail ${time}`);
      }
      await write("mail 8");
      expect(await replay(web, cli, end)).toBe("");
      // Where its prompt takes no context it comes with the turn's end.
      const given = await replay(web, cli, prompt);
      expect(given === "" ? await replay(web, cli, end) : given).toContain("mail 8");
      await write("mail 9");
      expect(await replay(web, cli, end)).toContain("mail 9");
    },
  );
});
