import { z } from "zod";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let worker: Puppet;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const mailSchema = z.object({
  items: z.array(z.object({ subject: z.string(), priority: z.string(), origin: z.string() })),
});
/** What one look shows is read by that. */
const told: z.infer<typeof mailSchema>["items"] = [];
const untilTold = (count: number, timeoutMs: number) =>
  eventually(
    async () => {
      told.push(...mailSchema.parse((await run("inbox", "--json")).json()).items);
      return told.length >= count ? true : undefined;
    },
    () => `${count} messages for me; there are ${told.map(({ subject }) => subject).join(", ")}`,
    timeoutMs,
  );

beforeAll(async () => {
  fleet = await startFleet({ config: '[supervision]\nstall_after = "1s"\n' });
  const env = { FLEET_PARENT: "me" };
  worker = await startPuppet({ name: "hangs", home: fleet.home, client: fleet.client, env });
});
afterAll(async () => {
  await worker?.kill();
  await fleet?.close();
});

test("[case 19] a turn that stalls without any Stop reaches the supervisor, and stays the turn that it is", async () => {
  await worker.prompt("work");
  const stalled = {
    ...{ priority: "high", origin: "system" },
    subject: "hangs: has stalled: its turn goes on, and nothing is heard of it",
  };
  await untilTold(1, 100_000); // it is looked for each half minute
  expect(told).toEqual([stalled]);
  expect((await run("session", "show", worker.name, "--json")).json()).toMatchObject({ state: "busy" });
  await worker.hook("Stop", { last_assistant_message: "after all" });
  await untilTold(2, 30_000);
  expect(told.map(({ subject }) => subject)).toEqual([stalled.subject, "hangs: is done with its turn"]);
});
