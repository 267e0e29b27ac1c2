import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startComposer } from "../../support/fleet/composer.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually, startTmux, type TestTmux } from "../../support/tmux.ts";

let fleet: Fleet;
let tmux: TestTmux;

beforeAll(async () => {
  [fleet, tmux] = await Promise.all([startFleet(), startTmux()]);
});
afterAll(async () => {
  await tmux?.kill();
  await fleet?.close();
});

describe("fleet session kick", () => {
  it("[row 38] makes an idle session take a turn with a prompt of one's own, and wants one where no mail waits", async () => {
    const web = await startComposer({ tmux, name: "web", home: fleet.home, client: fleet.client });
    await fleet.untilState("web", ["idle"]);
    const bare = await fleetCommand(fleet, ["session", "kick", "web"]);
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining("give it a prompt")]);
    expect(await web.prompts()).toEqual([]);

    const kicked = await fleetCommand(fleet, ["session", "kick", "web", "go on with the migration"]);
    expect(kicked.code, kicked.stderr).toBe(0);
    const [typed = ""] = await eventually(
      async () => ((await web.prompts()).length > 0 ? web.prompts() : undefined),
      () => "its prompt",
    );
    expect(await web.prompt(typed)).toContain("go on with the migration");
  });
});
