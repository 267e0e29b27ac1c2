import { defineCommand } from "../../command/define.ts";
import { formatDuration } from "../../command/duration.ts";
import { choice, toggle } from "../../command/flags.ts";
import { contextOf, type Context } from "../../command/context.ts";
import { followStages } from "../message/follow-stages.ts";
import { prepareDemo, type Demo } from "../../demo/prepare.ts";

const idleWithinMs = 60_000;
const doneWithinMs = 30_000;

/** `fleet demo`: the main job on a fleet of its own, stage by stage, by the same ways that every CLI uses. */
export const demo = defineCommand({
  about: [
    "Starts a fleet in a folder of its own, puts an agent into a tmux pane, says something to it and shows each stage:",
    "stored, woken, shown, done. It uses your fleet, your sessions and your settings for nothing.",
  ].join("\n"),
  args: {},
  flags: {
    cli: choice("--cli <cli>", "the agent to wake", ["demo", "claude"]),
    keep: toggle("--keep", "leave the fleet running, and say how to look in"),
  },
  examples: [
    { line: "fleet demo", about: "with a tiny agent that needs no account" },
    { line: "fleet demo --keep", about: "and look around afterwards" },
  ],
  run: async ({ cli, keep }, context) => {
    const startedAt = context.world.clock.monotonic();
    const fleet = await prepareDemo(cli ?? "demo", context);
    try {
      await show(fleet, context);
      const took = formatDuration(context.world.clock.monotonic() - startedAt);
      await context.say(
        `done in ${took}: delivery was proved by the agent's own turn, not by what was typed`,
      );
    } finally {
      if (keep) await sayHowToLook(fleet, context);
      else await fleet.close();
    }
  },
});

async function show(fleet: Demo, context: Context): Promise<void> {
  const inside = contextOf({ ...context.world, env: fleet.env });
  const session = await untilIdle(fleet, inside);
  await context.say(`session   ${session} is idle in pane ${fleet.pane}`);
  const api = inside.api();
  const sentAt = context.world.clock.now();
  const body = "The build is green. Please write the release note.";
  const answer = await api.publish({ target: session, body, kind: "request", from: "me" });
  await context.print(
    `stored    ${line(0)} message ${answer.id} to ${answer.to.join(", ")} (${answer.stream} ${answer.seq})`,
  );
  const tell = async ({
    stage,
    time,
    rung,
    proof,
    outcome,
  }: {
    stage: string;
    time: string;
    rung?: string | undefined;
    proof?: string | undefined;
    outcome?: string | undefined;
  }) => {
    const facts = [rung && `rung ${rung}`, proof && `proof: ${proof}`, outcome && `outcome ${outcome}`]
      .filter(Boolean)
      .join(", ");
    await context.print(`${stage.padEnd(9)} ${line(Date.parse(time) - sentAt)} ${facts}`);
  };
  const followed = await followStages({ answer, until: "done", timeoutMs: doneWithinMs, tell }, inside);
  if (followed.missing.length > 0)
    await fleet.fail(`${followed.missing.join(", ")} was not done within ${formatDuration(doneWithinMs)}`);
  await context.say(`\nwhat its pane shows:\n${await fleet.screen()}`);
}

function line(ms: number): string {
  return `+${String(Math.max(0, ms)).padStart(5)} ms `;
}

async function untilIdle(fleet: Demo, inside: Context): Promise<string> {
  const { clock, signal } = inside.world;
  const deadline = clock.monotonic() + idleWithinMs;
  for (;;) {
    const { items } = await inside.api().sessions();
    const idle = items.find((session) => session.state === "idle");
    if (idle !== undefined) return `${idle.machine}/${idle.name}`;
    if (clock.monotonic() > deadline)
      return fleet.fail(`no session became idle within ${formatDuration(idleWithinMs)}`);
    await clock.sleep(50, signal);
  }
}

async function sayHowToLook(fleet: Demo, { say }: Context): Promise<void> {
  await say(`\nit keeps running; look in with`);
  await say(`  export FLEET_HOME=${fleet.home}`);
  await say(`  fleet session list; fleet trace last; fleet consumer list`);
  await say(`  tmux -L ${fleet.label} attach        # the agent's pane; Ctrl-b d leaves it`);
  await say(`end it with`);
  await say(`  fleet down && tmux -L ${fleet.label} kill-server`);
}
