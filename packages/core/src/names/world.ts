import type { SessionRecord } from "../session/record.ts";
import type { Address } from "./address.ts";

/** What resolving needs of a session. */
export type TargetSession = Pick<
  SessionRecord,
  "machine" | "name" | "display" | "state" | "stateSince" | "hooked" | "wake"
> &
  Partial<Pick<SessionRecord, "cliSession" | "cwd" | "role" | "parent">>;

/** Everything a target can name. */
export interface World {
  /** The machine where the target was said: a bare name means one of its sessions first. */
  readonly machine: string;
  /** Who said it; left out of groups. */
  readonly self?: Address | undefined;
  /** Of all machines, ended ones too: their mailboxes keep. */
  readonly sessions: readonly TargetSession[];
  /** Mailboxes that were made before their session (`--create`). */
  readonly mailboxes?: readonly Address[] | undefined;
  /** Machines that may have no session now. */
  readonly machines?: readonly string[] | undefined;
}

/** The machines of a world. */
export function machinesOf(world: World): readonly string[] {
  const all = [world.machine, ...(world.machines ?? []), ...world.sessions.map((each) => each.machine)];
  return [...new Set([...all, ...(world.mailboxes ?? []).map((each) => each.machine)])];
}
