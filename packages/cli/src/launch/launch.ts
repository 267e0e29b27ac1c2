import { FleetError } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import { isGone } from "./ending.ts";
import { locked } from "./locked.ts";
import type { Member } from "./order/crew.ts";
import type { Ordered } from "./order/ordered.ts";
import { programsOf } from "./order/order.ts";
import { planOf, type Plan } from "./plan.ts";
import { untilRegistered, type Outcome } from "./registered.ts";
import { start, type Placed } from "./start.ts";
import { launchMux, type LaunchMux } from "./mux/mux.ts";

/** What is to be launched, and how. */
export interface Asked extends Ordered {
  readonly dryRun: boolean;
  readonly timeoutMs: number;
}

/** A member and what would become of it. */
export interface PlannedView extends Member {
  readonly would: "keep" | "start" | "restart";
}

/** A member and what became of it. */
export interface LaunchedView extends Member {
  readonly pane: string;
  readonly did: Outcome["did"];
  /** The name that it registered under; undefined where it did not, then with the trouble. */
  readonly session: string | undefined;
  readonly trouble: string | undefined;
}

/** What a launch did, or would do. */
export type Launched =
  | { readonly is: "planned"; readonly name: string; readonly items: readonly PlannedView[] }
  | {
      readonly is: "launched";
      readonly name: string;
      readonly hasChanged: boolean;
      /** What a person types to see them. */
      readonly attachLine: string;
      readonly items: readonly LaunchedView[];
    };

/** Checks everything, then starts what is missing of the crew and waits for it. Throws before it has changed anything. */
export async function launch(asked: Asked, context: Context): Promise<Launched> {
  const { prefix, crew, timeoutMs } = asked;
  const mux = launchMux(asked.mux, prefix, context);
  if (asked.dryRun) {
    const { steps } = await planned(asked, mux, context);
    return { is: "planned", name: prefix, items: steps.map(plannedView) };
  }
  const placed = await locked(timeoutMs, context, async () => {
    const plan = await planned(asked, mux, context);
    return startMissing(plan, { prefix, crew, mux }, context);
  });
  const outcomes = await untilRegistered(placed, { mux, timeoutMs }, context);
  const attachLine = mux.attachLine(await sessionNameOf(prefix, mux));
  const hasChanged = placed.some(({ did }) => did !== "kept");
  return { is: "launched", name: prefix, hasChanged, attachLine, items: outcomes.map(launchedView) };
}

/** Its session may have been renamed. */
async function sessionNameOf(prefix: string, mux: LaunchMux): Promise<string> {
  return (await mux.panes()).find(({ crew }) => crew === prefix)?.sessionName ?? prefix;
}

async function planned({ prefix, crew }: Asked, mux: LaunchMux, context: Context): Promise<Plan> {
  const plan = planOf({ prefix, crew }, await mux.panes(), mux);
  for (const line of remarksOn(plan, crew)) await context.say(line);
  return plan;
}

async function startMissing(
  plan: Plan,
  { prefix, crew, mux }: Pick<Asked, "prefix" | "crew"> & { readonly mux: LaunchMux },
  context: Context,
): Promise<readonly Placed[]> {
  const missing = plan.steps.filter(({ does }) => does !== "keep").map(({ member }) => member);
  const programs = await programsOf([...new Set(missing.map(({ cli }) => cli))], context);
  await requireFreeNames(missing, context);
  return start(plan, { starting: { prefix, crew, programs }, mux }, context);
}

/** What a person may not expect of a second run. */
function remarksOn({ steps, others }: Plan, crew: readonly Member[]): readonly string[] {
  const kept = steps.flatMap(({ does, member }, at) => {
    const wanted = crew[at]?.cli;
    const isOther = does === "keep" && wanted !== undefined && wanted !== member.cli;
    return isOther ? [`${member.name} runs ${member.cli}, not ${wanted}: it stays as it is`] : [];
  });
  const more = others.map(
    ({ mark }) => `${mark?.name} was launched before and is not asked for now: it stays`,
  );
  return [...kept, ...more];
}

/** Throws `conflict` where a live session of somebody else has a name that is needed. */
async function requireFreeNames(missing: readonly Member[], context: Context): Promise<void> {
  if (missing.length === 0) return;
  const { machine } = await context.api().status();
  const { items } = await context.api().sessions();
  const needed = new Set(missing.map(({ name }) => name));
  for (const view of items.filter((each) => each.machine === machine && needed.has(each.name)))
    if (await isRunning(view, context))
      throw new FleetError(
        "conflict",
        `launching ${view.name}: a session of that name runs already (${whichOf(view)}) and no launch started it: give another --name, or rename it (fleet session rename)`,
      );
}

/** Of one without a pid (Codex' own daemon runs it) only its state is known. */
async function isRunning({ pid, state }: SessionView, context: Context): Promise<boolean> {
  if (pid === undefined) return state !== "ended" && state !== "lost";
  return !(await isGone(pid, 1000, context));
}

function whichOf({ pid, cli }: SessionView): string {
  return pid === undefined ? cli : `process ${pid}`;
}

function plannedView({ does, member }: Plan["steps"][number]): PlannedView {
  const would = { keep: "keep", open: "start", refill: "restart" } as const;
  return { ...member, would: would[does] };
}

function launchedView({ member, pane, did, session, trouble }: Outcome): LaunchedView {
  return { ...member, pane, did, session, trouble };
}
