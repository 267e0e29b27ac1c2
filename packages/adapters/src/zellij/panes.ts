import { z } from "zod";
import { FleetError } from "@fleetbus/core";

/** What zellij says of one terminal pane. It tells no pid. */
export interface ZellijPane {
  readonly id: number;
  /** Its command ended, and the pane waits to be closed or run again. */
  readonly isOver: boolean;
  /** In the program's own screen, from its upper left; undefined where the program hides it, as most that draw their own do. */
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
  /** Name of what runs in front; empty where zellij did not find it in time. */
  readonly command: string;
}

const pointSchema = z.tuple([z.int(), z.int()]);

/** zellij-utils/src/data.rs: PaneListEntry. Fields that fleet does not use are not read. */
const listSchema = z.array(
  z.object({
    id: z.int(),
    is_plugin: z.boolean(),
    exited: z.boolean(),
    is_held: z.boolean(),
    pane_x: z.int(),
    pane_y: z.int(),
    pane_content_x: z.int(),
    pane_content_y: z.int(),
    cursor_coordinates_in_pane: pointSchema.nullable(),
    pane_command: z.string().optional(),
  }),
);

/** The terminal panes in the answer of `list-panes --json`. Throws `malformed` for another form. */
export function readPanes(answer: string): readonly ZellijPane[] {
  const listed = listSchema.safeParse(parseJson(answer));
  if (!listed.success)
    throw new FleetError(
      "malformed",
      "reading zellij's panes: its list is of a form that fleet does not know",
      {
        cause: listed.error,
      },
    );
  return listed.data.filter((pane) => !pane.is_plugin).map(paneOf);
}

function parseJson(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined; // the schema says it
  }
}

function paneOf(pane: z.infer<typeof listSchema>[number]): ZellijPane {
  const [x, y] = pane.cursor_coordinates_in_pane ?? [];
  // It is counted from the frame's corner, which the program does not see.
  const left = pane.pane_content_x - pane.pane_x;
  const top = pane.pane_content_y - pane.pane_y;
  return {
    id: pane.id,
    isOver: pane.exited || pane.is_held,
    cursor: x === undefined || y === undefined ? undefined : { x: x - left, y: y - top },
    command: nameOf(pane.pane_command ?? ""),
  };
}

/** The command comes as one line with its arguments: `/usr/bin/node /opt/claude "…"`. */
function nameOf(command: string): string {
  return (command.trim().split(" ")[0] ?? "").split("/").at(-1) ?? "";
}
