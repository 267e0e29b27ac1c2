import { z } from "zod";
import { FleetError } from "@fleetbus/core";
import { readMark, type Mark } from "./mark.ts";
import type { LaunchPane } from "./mux.ts";

/** The variable that marks a pane: it stands in the pane's command, which zellij keeps and tells. */
export const markVariable = "FLEET_LAUNCH";

/** zellij-utils/src/data.rs: PaneListEntry, as far as a launch reads it. */
const listSchema = z.array(
  z.object({
    id: z.int(),
    is_plugin: z.boolean(),
    exited: z.boolean(),
    is_held: z.boolean(),
    terminal_command: z.string().nullable(),
    tab_id: z.int(),
    tab_name: z.string(),
  }),
);

/** A terminal pane, and the tab that shows it. */
export interface ZellijLaunchPane extends LaunchPane {
  readonly tab: number;
}

/** The terminals in the answer of `list-panes --json` of that session. Throws `malformed` for another form. */
export function readZellijPanes(
  answer: string,
  { session, fleet }: { readonly session: string; readonly fleet: string },
): readonly ZellijLaunchPane[] {
  const listed = listSchema.safeParse(parseJson(answer));
  if (!listed.success)
    throw new FleetError(
      "malformed",
      `asking zellij for the panes of ${session}: its list has another form`,
      {
        cause: listed.error,
      },
    );
  const terminals = listed.data.filter((pane) => !pane.is_plugin);
  const marks = terminals.map((pane) => markOf(pane.terminal_command ?? "", fleet));
  // zellij keeps no word of anybody's with a session: it is a crew's while one of its panes is.
  const crew = marks.find((mark) => mark?.crew === session)?.crew;
  return terminals.map((pane, at) => ({
    id: String(pane.id),
    pid: undefined,
    isDead: pane.exited || pane.is_held,
    session,
    sessionName: session,
    window: pane.tab_name,
    tab: pane.tab_id,
    crew,
    mark: marks[at],
  }));
}

function parseJson(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined; // the schema says it
  }
}

function markOf(command: string, fleet: string): Mark | undefined {
  const [, mark = ""] = /^(?:\S*\/)?env FLEET_LAUNCH=(\S+) /.exec(command) ?? [];
  return readMark(mark, fleet);
}
