import { randomBytes } from "node:crypto";
import type { ControlClient } from "../control/connection.ts";
import { quote } from "../control/quote.ts";
import { guardOf, type PaneFacts } from "../pane/facts.ts";

/**
 * Pastes `line` if the pane is still what `pane` says; false when tmux found it changed, and nothing was typed.
 * `set-buffer`, because `load-buffer -` is broken in control mode (HOOKS.md §8).
 */
export async function pasteGuarded(
  client: ControlClient,
  { pane, line }: { readonly pane: PaneFacts; readonly line: string },
  signal: AbortSignal,
): Promise<boolean> {
  const buffer = `fleet-${randomBytes(6).toString("hex")}`;
  const guard = guardOf(pane);
  if (guard === undefined) return false;
  const paste = `paste-buffer -p -d -b ${buffer} -t ${pane.id}`;
  return acted(
    client,
    [
      `set-buffer -b ${buffer} -- ${quote(line)}`,
      branch({ guard, pane, act: paste, or: `delete-buffer -b ${buffer}` }),
    ],
    signal,
  );
}

/** Presses Enter if the pane is still what `pane` says; false when it was changed, and nothing was pressed. */
export async function enterGuarded(
  client: ControlClient,
  pane: PaneFacts,
  signal: AbortSignal,
): Promise<boolean> {
  const guard = guardOf(pane);
  if (guard === undefined) return false;
  return acted(client, [branch({ guard, pane, act: `send-keys -t ${pane.id} Enter` })], signal);
}

const didAct = "FLEET-ACTED";

interface Branch {
  readonly guard: string;
  readonly pane: PaneFacts;
  readonly act: string;
  readonly or?: string;
}

function branch({ guard, pane, act, or }: Branch): string {
  const refuse = or === undefined ? "" : `${or} ; `;
  return `if-shell -F -t ${pane.id} ${guard} { ${act} ; display-message -p ${didAct} } { ${refuse}display-message -p FLEET-REFUSED }`;
}

/** Each inner command prints a block of its own: the sentinel counts, never the number of blocks. An error in `act` prints none. */
async function acted(
  client: ControlClient,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const blocks = await client.run(commands, signal);
  return blocks.some((block) => block.lines.length === 1 && block.lines[0] === didAct);
}
