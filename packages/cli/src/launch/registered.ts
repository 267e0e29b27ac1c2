import type { SessionView } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import type { Placed } from "./start.ts";
import type { LaunchMux } from "./mux/mux.ts";

/** What became of one member. */
export interface Outcome extends Placed {
  /** The name that it registered under; undefined where it did not. */
  readonly session: string | undefined;
  /** Why it did not, with the way out. */
  readonly trouble: string | undefined;
}

/** Waits until every member has registered, has ended, or the time is up; who asks something of a person meanwhile is said, once. */
export async function untilRegistered(
  placed: readonly Placed[],
  { mux, timeoutMs }: { readonly mux: LaunchMux; readonly timeoutMs: number },
  context: Context,
): Promise<readonly Outcome[]> {
  const { clock, signal } = context.world;
  const socket = await mux.socket();
  const { machine } = await context.api().status();
  const endsAt = clock.monotonic() + timeoutMs;
  const outcomes = new Map<string, Outcome>();
  const asking = new Set<string>();
  let looksAt = clock.monotonic() + lookEveryMs;
  for (;;) {
    const { items } = await context.api().sessions();
    const here = items.filter((view) => view.machine === machine && view.pane?.socket === socket);
    const panes = await mux.panes();
    const alive = new Set(panes.filter(({ isDead }) => !isDead).map(({ id }) => id));
    for (const each of placed.filter(({ pane }) => !outcomes.has(pane))) {
      const outcome = outcomeOf(each, { here, alive });
      if (outcome === undefined) continue;
      outcomes.set(each.pane, outcome);
      if (each.did !== "kept" && outcome.session !== undefined)
        await context.say(`registered ${outcome.session}`);
    }
    const isOver = outcomes.size === placed.length || clock.monotonic() >= endsAt;
    if (isOver) break;
    if (clock.monotonic() >= looksAt) {
      const silent = placed.filter(({ pane }) => !outcomes.has(pane) && !asking.has(pane));
      for (const { pane } of await sayWhoAsks(silent, mux, context)) asking.add(pane);
      looksAt = clock.monotonic() + lookEveryMs;
    }
    await clock.sleep(pollMs, signal);
  }
  return Promise.all(
    placed.map(async (each) => outcomes.get(each.pane) ?? late(each, await mux.screen(each.pane))),
  );
}

const pollMs = 200;
/** Reading a screen runs a program. */
const lookEveryMs = 1000;

async function sayWhoAsks(
  silent: readonly Placed[],
  mux: LaunchMux,
  context: Context,
): Promise<readonly Placed[]> {
  const asking: Placed[] = [];
  for (const each of silent) if (asksForTrust(await mux.screen(each.pane))) asking.push(each);
  for (const { member } of asking) await context.say(`${member.name}: ${trustTrouble}`);
  return asking;
}

/** Undefined while it is still to come. A record of the pane's former program is none of it. */
function outcomeOf(
  placed: Placed,
  { here, alive }: { readonly here: readonly SessionView[]; readonly alive: ReadonlySet<string> },
): Outcome | undefined {
  if (!alive.has(placed.pane))
    return {
      ...placed,
      session: undefined,
      trouble: `${placed.member.cli} ended before it registered: start it by hand to see why`,
    };
  const view = here.find(
    ({ pane, state, startedAt }) =>
      pane?.id === placed.pane &&
      state !== "ended" &&
      state !== "lost" &&
      Date.parse(startedAt) >= placed.sinceMs,
  );
  return view && { ...placed, session: view.name, trouble: undefined };
}

function late(placed: Placed, screen: string): Outcome {
  const why = asksForTrust(screen)
    ? trustTrouble
    : "it did not register in time: look at its window, and at fleet hooks status";
  return { ...placed, session: undefined, trouble: why };
}

const trustTrouble = "it asks whether this folder or its hooks are trusted: answer it in its window";

function asksForTrust(screen: string): boolean {
  return /\btrust\b/i.test(screen);
}
