import { resolve } from "node:path";
import type { Context } from "../command/context.ts";
import type { World } from "../world/world.ts";
import type { Member } from "./order/crew.ts";
import { argumentsOf } from "./instructions.ts";
import type { Plan, Step } from "./plan.ts";
import type { LaunchMux, Start } from "./mux/mux.ts";

/** A member in its pane. */
export interface Placed {
  readonly member: Member;
  readonly pane: string;
  readonly did: "kept" | "started" | "restarted";
  /** Milliseconds since 1970, taken before the start; 0 for one that ran already. */
  readonly sinceMs: number;
}

/** What a launch starts with. */
export interface Starting {
  readonly prefix: string;
  readonly crew: readonly Member[];
  /** Of each CLI. */
  readonly programs: ReadonlyMap<string, string>;
}

/** Takes the steps one after the other; what runs already is not touched. */
export async function start(
  plan: Plan,
  { starting, mux }: { readonly starting: Starting; readonly mux: LaunchMux },
  context: Context,
): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  let { session } = plan;
  for (const step of plan.steps) {
    const now = await take(step, { session, starting, mux }, context);
    placed.push(now);
    if (now.did !== "kept") await context.say(`${now.did} ${now.member.name} (${now.member.cli})`);
    session ??= await sessionWith(now.pane, starting.prefix, mux);
  }
  await mux.opened();
  return placed;
}

/** By its name where the pane closed at once: it has just been opened in, or made. */
async function sessionWith(pane: string, prefix: string, mux: LaunchMux): Promise<string | undefined> {
  const panes = await mux.panes();
  const found =
    panes.find(({ id }) => id === pane) ?? panes.find(({ sessionName }) => sessionName === prefix);
  return found?.session;
}

async function take(
  step: Step,
  how: { readonly session: string | undefined; readonly starting: Starting; readonly mux: LaunchMux },
  { world }: Context,
): Promise<Placed> {
  const { member } = step;
  if (step.does === "keep") return { member, pane: step.pane.id, did: "kept", sinceMs: 0 };
  const sinceMs = world.clock.now();
  const what = startOf(member, how.starting, world);
  if (step.does === "open")
    return { member, pane: await how.mux.open(what, how.session), did: "started", sinceMs };
  return { member, pane: await how.mux.refill(step.pane.id, what), did: "restarted", sinceMs };
}

/** What a CLI may need of this environment, where the multiplexer was started in another; no secrets: a pane shows its argv. */
const handedOn = ["PATH", "FLEET_NS", "FLEET_MACHINE", "CLAUDE_CONFIG_DIR", "CODEX_HOME"] as const;

const folders = ["FLEET_HOME", "FLEET_CONFIG"] as const;

function startOf(member: Member, { prefix, crew, programs }: Starting, world: World): Start {
  const { name, role, parent, cli, dir } = member;
  const program = programs.get(cli) ?? cli;
  const own = { FLEET_SESSION: name, FLEET_ROLE: role, FLEET_PARENT: parent ?? "" };
  const variables = Object.entries({ ...environmentOf(world), ...own });
  const argv = ["env", ...variables.map(([key, value]) => `${key}=${value}`), program];
  return { argv: [...argv, ...argumentsOf(member, crew)], dir, mark: { crew: prefix, name, cli } };
}

function environmentOf({ env, cwd }: World): Readonly<Record<string, string>> {
  const given = handedOn.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  const absolute = folders.flatMap((name) => (env[name] ? [[name, resolve(cwd, env[name])] as const] : []));
  return Object.fromEntries([...given, ...absolute]);
}
