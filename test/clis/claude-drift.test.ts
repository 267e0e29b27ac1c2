import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { useFleet } from "../support/claude-fleet/fleet.ts";

const settled = { timeout: 20_000, interval: 200 };

describe("a running Claude Code whose hooks were switched off", () => {
  const { open, fleet } = useFleet();
  beforeAll(() => open());

  test("[want 20] is noticed, said in doctor, and not typed into until it heals with its next hook", async () => {
    const worker = await fleet().start("drifted");
    const file = join(worker.project, "../home/.claude/settings.json");
    const hooked = await readFile(file, "utf8");
    await worker.submit("[[say one]]");
    await fleet().untilSession("drifted", ({ lastText, state }) => lastText === "one" && state === "idle");
    expect((await fleet().session("drifted")).drift).toBeUndefined();

    await writeFile(file, JSON.stringify({ ...JSON.parse(hooked), disableAllHooks: true }));
    // When the CLI has read its settings again a turn runs unheard; one that was heard proves nothing, and the next may.
    await expect
      .poll(
        async () => {
          await worker.submit("[[say two]]");
          return fleet()
            .untilSession("drifted", ({ drift }) => drift !== undefined, 14_000)
            .then(
              () => true,
              () => false,
            );
        },
        { timeout: 45_000 },
      )
      .toBe(true);
    const doctor = await fleet().run("doctor");
    expect(doctor.stdout).toMatch(
      /session drifted: its hooks are silent \(it answered at .* no hook told of it\)/,
    );
    expect(doctor.stdout).toContain("restart it, or see /hooks in it");
    expect((await fleet().run("session", "list")).stdout).toContain("its hooks are silent");

    const id = await fleet().pub("drifted", "[[say three]]");
    const trace = await fleet().untilStage(id, "deferred");
    expect(trace.map(({ stage }) => stage)).toEqual(["stored", "deferred"]);
    expect(trace.at(-1)?.reason).toContain("there is no way to wake it: its hooks are silent");
    expect(await worker.screen()).not.toContain(id);
    expect(fleet().model.holding("[[say three]]")).toEqual([]);

    await writeFile(file, hooked);
    await expect
      .poll(async () => {
        await worker.submit("what is new?");
        return fleet()
          .untilSession("drifted", ({ drift }) => drift === undefined, 5000)
          .then(
            () => true,
            () => false,
          );
      }, settled)
      .toBe(true);
    await fleet().untilStage(id, "done");
  });
});
