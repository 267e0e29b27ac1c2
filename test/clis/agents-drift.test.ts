import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathsOf } from "@fleetbus/core";
import { clientFile } from "@fleetbus/hooks";
import { beforeAll, describe, expect, test } from "vitest";
import { agentClis } from "../support/agents/clis.ts";
import { useAgents } from "../support/agents/fleet.ts";

/** A round of the self-test takes ten seconds. */
const roundMs = 20_000;

/** Claude Code tells of its hooks' absence in another way: claude-drift.test.ts. */
const clis = agentClis.filter(({ name }) => name !== "claude");

describe.each(clis.map((cli) => [cli.name, cli] as const))(
  "a running %s whose hooks fell silent",
  (...args) => {
    const [, cli] = args;
    const { open, fleet } = useAgents(cli);
    beforeAll(() => open());

    test("[want 20] is noticed, said in doctor, and not woken until it heals with its next hook", async () => {
      const worker = await fleet().start("drifted");
      await worker.submit("[[say one]]");
      await fleet().untilSession("drifted", ({ lastText, state }) => lastText === "one" && state === "idle");
      expect((await fleet().session("drifted")).drift).toBeUndefined();

      const client = clientFile(pathsOf({ FLEET_HOME: join(worker.project, "../fleet") }));
      const speaking = await readFile(client, "utf8");
      await writeFile(client, "#!/bin/sh\nexit 0\n");
      // An answer in the second after the last hook proves nothing: a later one does.
      const isNoticed = async () => {
        await worker.submit("[[say two]]");
        const noticed = fleet().untilSession("drifted", ({ drift }) => drift !== undefined, roundMs);
        return noticed.then(
          () => true,
          () => false,
        );
      };
      await expect.poll(isNoticed, { timeout: 90_000 }).toBe(true);
      const doctor = await fleet().run("doctor");
      expect(doctor.stdout).toMatch(
        /session drifted: its hooks are silent \(it answered at .* no hook told of it\)/,
      );
      expect((await fleet().run("doctor", "--wake", "drifted")).stdout).toContain("no rung is ready");

      const id = await fleet().pub("drifted", "[[say three]]");
      const trace = await fleet().untilStage(id, "deferred");
      expect(trace.map(({ stage }) => stage)).toEqual(["stored", "deferred"]);
      expect(trace.at(-1)?.reason).toContain("there is no way to wake it: its hooks are silent");
      expect(await worker.screen()).not.toContain(id);
      expect(fleet().model.asked.some((text) => text.includes("[[say three]]"))).toBe(false);

      await writeFile(client, speaking);
      await worker.submit("what is new?");
      await fleet().untilSession("drifted", ({ drift }) => drift === undefined);
      await fleet().untilStage(id, "done");
    });
  },
);
