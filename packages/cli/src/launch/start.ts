import { resolve } from "node:path";
import type { Context } from "../command/context.ts";
import type { World } from "../world/world.ts";
import type { Member } from "./crew.ts";
import { argumentsOf } from "./instructions.ts";
import type { Plan, Step } from "./plan.ts";
import type { LaunchTmux, Start } from "./tmux.ts";

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
  readonly dir: string;
  /** Of each CLI. */
  readonly programs: ReadonlyMap<string, string>;
}

/** Takes the steps one after the other; what runs already is not touched. */
export async function start(
  plan: Plan,
  { starting, tmux }: { readonly starting: Starting; readonly tmux: LaunchTmux },
  context: Context,
): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  let { session } = plan;
  for (const step of plan.steps) {
    const now = await take(step, { session, starting, tmux }, context);
    placed.push(now);
    if (now.did !== "kept") await context.say(`${now.did} ${now.member.name} (${now.member.cli})`);
    session ??= (await tmux.panes()).find(({ id }) => id === now.pane)?.session;
  }
  return placed;
}

async function take(
  step: Step,
  how: { readonly session: string | undefined; readonly starting: Starting; readonly tmux: LaunchTmux },
  { world }: Context,
): Promise<Placed> {
  const { member } = step;
  if (step.does === "keep") return { member, pane: step.pane.id, did: "kept", sinceMs: 0 };
  const sinceMs = world.clock.now();
  const what = startOf(member, how.starting, world);
  if (step.does === "open")
    return { member, pane: await how.tmux.open(what, how.session), did: "started", sinceMs };
  await how.tmux.refill(step.pane.id, what);
  return { member, pane: step.pane.id, did: "restarted", sinceMs };
}

/** What a CLI may need of this environment, where the tmux server was started in another; no secrets: a pane shows its argv. */
const handedOn = ["PATH", "FLEET_NS", "FLEET_MACHINE", "CLAUDE_CONFIG_DIR", "CODEX_HOME"] as const;

const folders = ["FLEET_HOME", "FLEET_CONFIG"] as const;

function startOf(member: Member, { prefix, crew, dir, programs }: Starting, world: World): Start {
  const { name, role, parent, cli } = member;
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
