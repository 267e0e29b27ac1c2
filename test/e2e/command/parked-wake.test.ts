import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionView, WakeView } from "@fleetbus/core/api";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent } from "../../support/fleet/scripted-agent.ts";

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.close());

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

/** The next full minute that leaves the test time to look before it. CLIs name no seconds. */
function nextMinute(): Date {
  const minuteMs = 60_000;
  return new Date(Math.ceil((Date.now() + 15_000) / minuteMs) * minuteMs);
}

test("[want 11] mail for a session that a usage limit parked waits, and wakes it when the limit is over", async (context) => {
  const worker = await startScriptedAgent(fleet, "limited");
  context.onTestFinished(() => worker.close());
  await worker.prompt("work");
  const until = nextMinute();
  const time = until.toLocaleTimeString("en-US", { timeZone: "UTC", hour: "numeric", minute: "2-digit" });
  const last_assistant_message = `You've hit your session limit · resets ${time.replace(" ", "").toLowerCase()} (UTC)`;
  await worker.hook("StopFailure", { error: "rate_limit", last_assistant_message });
  const show = async () => (await run("session", "show", "limited", "--json")).json() as SessionView;
  expect(await show()).toMatchObject({ state: "parked", parkedUntil: until.toISOString() });

  const woken = { at: 0 };
  const wake = worker.wait(150_000).then((text) => {
    woken.at = Date.now();
    return text;
  });
  expect((await run("pub", "limited", "when you can again")).code).toBe(0);
  const doctor = (await run("doctor", "--wake", "limited", "--json")).json() as WakeView;
  expect(doctor).toMatchObject({ state: "parked", waiting: 1 });
  expect(doctor.obstacles.join(" ")).toContain(until.toISOString());
  expect(await wake).toContain("1 fleet message waits");
  expect(woken.at).toBeGreaterThanOrEqual(until.getTime());
  expect((await show()).state).toBe("idle");
}, 180_000);
