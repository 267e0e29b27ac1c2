import { idSource, sanitiseLine } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";
import { follow } from "../commands/message/wait-for.ts";
import { publish } from "../commands/message/publish.ts";
import type { Context } from "../command/context.ts";

const body =
  "This is the first wake of a new fleet; its human wants to see it work. Nothing is to be done: answer with one short sentence that it reached you.";
const patienceMs = 90_000;

/**
 * Ends the tour with a session that is woken, where one is idle and its human says yes (it costs that session a turn);
 * else says how. Never wakes unasked.
 */
export async function firstWake(
  { machine, mayAsk }: { readonly machine: string; readonly mayAsk: boolean },
  context: Context,
): Promise<void> {
  const { items } = await context.api().sessions();
  const here = items.filter((session) => session.machine === machine && isThere(session));
  const idle = here.find(({ state }) => state === "idle");
  const isWanted =
    mayAsk &&
    idle !== undefined &&
    (await context.world.confirm?.(`Wake ${idle.name} now, to see it work? It costs it one turn.`)) === true;
  if (isWanted) return wake(idle.name, context);
  const name = (idle ?? here[0])?.name;
  if (name === undefined)
    await context.say("start an agent (one that runs already has to be started anew), then: fleet ls");
  await context.say(
    `say something to it, and see it wake: fleet pub ${name ?? "<name>"} "hello" --wait done`,
  );
}

function isThere({ hooked, wake: mayBeWoken, state }: SessionView): boolean {
  return hooked && mayBeWoken && state !== "ended" && state !== "lost";
}

/** Each stage is told as it comes. */
async function wake(name: string, context: Context): Promise<void> {
  const saying = { target: name, body, id: idSource(context.world.clock)() };
  const published = await publish(saying, context);
  const { missing, reached } = await follow(
    published,
    { until: "done", timeoutMs: patienceMs, json: false },
    context,
  );
  const lastText = reached.find((receipt) => receipt.lastText !== undefined)?.lastText;
  if (missing.length > 0)
    await context.say(
      `it is not done yet: fleet trace tells more, fleet doctor --wake ${name} what its ways are`,
    );
  else await context.say(`${name} was woken, and says: ${sanitiseLine(lastText ?? "nothing")}`);
}
