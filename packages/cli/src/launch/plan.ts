import { FleetError } from "@fleetbus/core";
import type { Member } from "./order/crew.ts";
import type { LaunchMux, LaunchPane } from "./mux/mux.ts";

/** What becomes of one member: it runs already, its dead pane is filled again, or a pane is opened. */
export type Step =
  | { readonly does: "keep"; readonly member: Member; readonly pane: LaunchPane }
  | { readonly does: "refill"; readonly member: Member; readonly pane: LaunchPane }
  | { readonly does: "open"; readonly member: Member };

/** The steps of a launch, and where it goes on. */
export interface Plan {
  readonly steps: readonly Step[];
  /** The crew's own session by the multiplexer's id; undefined where it is to be made. */
  readonly session: string | undefined;
  /** Panes of this crew that were not asked for now: they stay. */
  readonly others: readonly LaunchPane[];
}

/**
 * What is missing of a crew, by the marks on the multiplexer's panes: names alone prove nothing. Throws `conflict`
 * where somebody else's session or window has the name that would be needed.
 */
export function planOf(
  { prefix, crew }: { readonly prefix: string; readonly crew: readonly Member[] },
  panes: readonly LaunchPane[],
  mux: Pick<LaunchMux, "name" | "renameLine">,
): Plan {
  const session = panes.find((pane) => pane.crew === prefix)?.session;
  if (session === undefined) requireFreeSession({ prefix, doing: "launching" }, panes, mux);
  const own = panes.filter(({ mark }) => mark?.crew === prefix);
  const steps = crew.map((member) => stepOf(member, own));
  const opened = steps.filter(({ does }) => does === "open").map(({ member }) => member.name);
  const foreign = panes.find((pane) => pane.session === session && opened.includes(pane.window));
  if (foreign !== undefined) throw foreignWindow(foreign, mux);
  const asked = new Set(crew.map(({ name }) => name));
  return { steps, session, others: own.filter(({ mark }) => mark !== undefined && !asked.has(mark.name)) };
}

function stepOf(member: Member, own: readonly LaunchPane[]): Step {
  const mine = own.filter(({ mark }) => mark?.name === member.name);
  const pane = mine.find(({ isDead }) => !isDead) ?? mine[0];
  if (pane === undefined) return { does: "open", member };
  if (pane.isDead) return { does: "refill", member, pane };
  return { does: "keep", pane, member: { ...member, cli: pane.mark?.cli ?? member.cli } };
}

/** Throws `conflict` where a session of that name is not a launch's; `doing` begins its words, as a gerund. */
export function requireFreeSession(
  { prefix, doing }: { readonly prefix: string; readonly doing: "launching" | "stopping" },
  panes: readonly LaunchPane[],
  { name }: Pick<LaunchMux, "name">,
): void {
  const foreign = panes.find(({ sessionName, crew }) => sessionName === prefix && crew !== prefix);
  if (foreign === undefined) return;
  throw new FleetError(
    "conflict",
    `${doing} ${prefix}: ${name} has a session ${prefix} that no launch of this fleet made; it is left alone: give another --name`,
  );
}

function foreignWindow(pane: LaunchPane, { renameLine }: Pick<LaunchMux, "renameLine">): FleetError {
  const { sessionName, window } = pane;
  return new FleetError(
    "conflict",
    `opening the window ${window}: the session ${sessionName} has one that no launch of this fleet made; rename it (${renameLine(pane)}) and try again`,
  );
}
