import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHooked, type Hooked } from "../../support/fleet/hooked.ts";
import { eventually } from "../../support/tmux.ts";

const run = promisify(execFile);

let hooked: Hooked;

beforeAll(async () => {
  hooked = await startHooked();
});
afterAll(() => hooked?.close());

const line = (...argv: readonly string[]) => hooked.at.run(["statusline", ...argv]);

describe("the status line of a session with hooks", () => {
  it("[row 108] tells of its mail and of who else is there, by the script that Claude Code runs too", async () => {
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
