import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installClient } from "@fleetbus/hooks";
import { startHooked, type Hooked } from "../../support/fleet/hooked.ts";
import { startPuppet } from "../../support/fleet/puppet.ts";
import { eventually } from "../../support/tmux.ts";

const run = promisify(execFile);

let hooked: Hooked;

beforeAll(async () => {
  hooked = await startHooked();
});
afterAll(() => hooked?.close());

const line = (...argv: readonly string[]) => hooked.at.run(["statusline", ...argv]);

describe("a session with hooks", () => {
  it("[row 112] keeps a log of what its hooks told, its own alone, that can be read back", async () => {
    const { at, web } = hooked;
    const { file: client } = await installClient(at.paths, { platform: process.platform });
    const other = await startPuppet({ name: "other", home: at.home, client });
    await web.prompt("first");
    await web.hook("PreToolUse", { tool_name: "Bash", tool_input: {}, tool_use_id: "t1" });
    await web.hook("Stop", { stop_hook_active: false, last_assistant_message: "all green" });
    await other.hook("SessionEnd", { reason: "other" });
    await other.kill();
    const log = async (name: string) => (await at.run(["events", "--session", name])).stdout;
    const isWhole = async () => ((await log("web")).includes("turn.stopped") ? true : undefined);
    await eventually(isWhole, () => "its turn's end in its log", 20_000);
    const kinds = (await log("web"))
      .trim()
      .split("\n")
      .map((each) => each.split(/ {2,}/).slice(1, 3).join(" "));
    expect(kinds).toEqual([
      "lab/web session.started",
      "lab/web prompt.submitted",
      "lab/web tool.started",
      "lab/web turn.stopped",
    ]);
    expect(await log("other")).toMatch(/lab\/other +session\.started/);
  });

  it("[row 108] has a status line that tells of its mail and of who else is there, by the script that Claude Code runs too", async () => {
    await hooked.at.run(["pub", "web", "read me"]);
    const expected = "[web · 0 peers · ✉ 1]\n";
    const isTold = async () => ((await line("--session", "web")).stdout === expected ? true : undefined);
    await eventually(isTold, () => "its mail in its line", 20_000);
    const script = join(hooked.at.paths.hooksDir, "fleet-line");
    const asClaude = async () => {
      const running = run(script, ["claude"]);
      running.child.stdin?.end(JSON.stringify({ session_id: hooked.web.sessionId, cwd: "/" }));
      return (await running).stdout === expected ? true : undefined;
    };
    await eventually(asClaude, () => "its line by its CLI's id", 20_000);
    expect((await line()).stdout).toBe("[me · 1 peer · ✉ 0]\n");
    await hooked.at.run(["down"]);
    expect((await line("--session", "web")).stdout).toBe("[fleet: down]\n");
  });
});
