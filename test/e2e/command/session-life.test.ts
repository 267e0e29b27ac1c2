import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";

let fleet: Fleet;
const puppets: Puppet[] = [];

const sessionSchema = z.looseObject({ state: z.string(), stateSince: z.string() });
const show = async ({ name }: Puppet) => {
  const ran = await fleetCommand(fleet, ["session", "show", name, "--json"]);
  return sessionSchema.parse(ran.json());
};

async function puppet(name: string): Promise<Puppet> {
  const { home, client } = fleet;
  const started = await startPuppet({ name, home, client });
  puppets.push(started);
  return started;
}

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(async () => {
  await Promise.all(puppets.map((each) => each.kill()));
  await fleet?.close();
});

describe("a session with fleet's hooks", () => {
  it("[row 97] [row 105] is listed and idle since the hook of its start, and has ended since that of its end", async () => {
    const web = await puppet("from-start-to-end");
    const booted = await show(web);
    expect(booted).toMatchObject({ state: "idle", hooked: true, pid: web.pid, inbox: 0 });
    await web.prompt("work");
    expect(await show(web)).toMatchObject({ state: "busy" });
    await web.hook("Stop", { last_assistant_message: "done" });
    await web.hook("SessionEnd", { reason: "prompt_input_exit" });
    expect(await show(web)).toMatchObject({ state: "ended" });
  });

  it("[row 103] is idle as long before and after its daemon was killed, until its next prompt", async () => {
    const web = await puppet("idle-for-good");
    const before = await show(web);
    expect(before.state).toBe("idle");
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    const { state, stateSince } = await show(web);
    expect({ state, stateSince }).toEqual({ state: "idle", stateSince: before.stateSince });
    await web.prompt("work");
    expect(await show(web)).toMatchObject({ state: "busy" });
  });
});
