import { quote } from "../control/quote.ts";

/** What tmux says of one pane. */
export interface PaneFacts {
  readonly id: string;
  /** The first process of the pane. */
  readonly pid: number;
  readonly isDead: boolean;
  readonly isInMode: boolean;
  /** Keys go to its neighbours too. */
  readonly isSynchronized: boolean;
  readonly isInputOff: boolean;
  readonly cursor: { readonly x: number; readonly y: number };
  /** Name of the foreground process group's leader. */
  readonly command: string;
}

/** The fields in the order of their line; the name of the command last, because it may hold anything. */
const fields = [
  "pane_id",
  "pane_pid",
  "pane_dead",
  "pane_in_mode",
  "pane_synchronized",
  "pane_input_off",
  "cursor_x",
  "cursor_y",
  "pane_current_command",
] as const;

/** The format of one line for `parsePane`. */
export const paneFormat = fields.map((field) => `#{${field}}`).join(" ");

/** The facts in a line made by `paneFormat`; undefined for a pane that is not there, where tmux prints blanks. */
export function parsePane(line: string): PaneFacts | undefined {
  const [id = "", pid = "", dead, mode, synchronized, inputOff, x, y, ...command] = line.split(" ");
  if (!/^%\d+$/.test(id) || !/^\d+$/.test(pid)) return undefined;
  return {
    id,
    pid: Number(pid),
    isDead: isSet(dead),
    isInMode: isSet(mode),
    isSynchronized: isSet(synchronized),
    isInputOff: isSet(inputOff),
    cursor: { x: Number(x), y: Number(y) },
    command: command.join(" "),
  };
}

function isSet(flag: string | undefined): boolean {
  return flag !== undefined && flag !== "" && flag !== "0";
}

/**
 * A condition for `if-shell -F` that holds while the pane is what `facts` say: tmux checks and acts in one step, so that
 * nothing can come between (HOOKS.md §8). Undefined where the command's name cannot stand in a format.
 */
export function guardOf(facts: PaneFacts): string | undefined {
  if (!/^[\w.+-]+$/.test(facts.command)) return undefined;
  const equal: readonly (readonly [(typeof fields)[number], string | number])[] = [
    ["pane_id", facts.id],
    ["pane_pid", facts.pid],
    ["pane_dead", 0],
    ["pane_in_mode", 0],
    ["pane_synchronized", 0],
    ["pane_input_off", 0],
    ["cursor_x", facts.cursor.x],
    ["cursor_y", facts.cursor.y],
    ["pane_current_command", facts.command],
  ];
  const tests = equal.map(([field, value]) => `#{==:#{${field}},${value}}`);
  return quote(tests.reduceRight((rest, test) => `#{&&:${test},${rest}}`));
}

/** Whether `id` is a pane's own id, safe to stand in a command. */
export function isPaneId(id: string): boolean {
  return /^%\d+$/.test(id);
}
