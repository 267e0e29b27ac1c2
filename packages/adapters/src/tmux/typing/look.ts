import type { Clock } from "@fleetbus/core";
import type { ControlClient } from "../control/connection.ts";
import { parseScreen } from "../../typing/screen/cells.ts";
import type { ComposerFacts } from "../../typing/screen/clis.ts";
import { readComposer } from "../../typing/screen/composer.ts";
import type { Sight } from "../../typing/terminal.ts";
import { parsePane, paneFormat } from "../pane/facts.ts";
import { enterGuarded, pasteGuarded } from "./act.ts";

/** How to look. */
export interface Looking {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly paneId: string;
  readonly facts: ComposerFacts;
  readonly quietMs: number;
}

/** One round trip; undefined when the pane is gone. tmux answers for another pane then: the id is compared. */
export async function look(looking: Looking, signal: AbortSignal): Promise<Sight | undefined> {
  const { client, paneId, facts } = looking;
  const commands = [
    `list-clients -F '#{client_control_mode} #{client_activity} #{pane_id}'`,
    `display-message -p -t ${paneId} '${paneFormat}'`,
    `capture-pane -e -p -t ${paneId}`,
  ];
  const [clients, facing, captured] = await client.run(commands, signal);
  const pane = parsePane(facing?.lines[0] ?? "");
  if (pane?.id !== paneId || captured === undefined || captured.isError) return undefined;
  const screen = { rows: parseScreen(captured.lines), cursor: pane.cursor };
  return {
    pane,
    composer: readComposer(screen, facts),
    quietInMs: quietIn(clients?.lines ?? [], looking),
    paste: (line, limit) => pasteGuarded(client, { pane, line }, limit),
    enter: (limit) => enterGuarded(client, pane, limit),
  };
}

/** `client_activity` counts a person's keys, in whole seconds, and only for clients that look at this pane (HOOKS.md §5). */
function quietIn(clients: readonly string[], { clock, paneId, quietMs }: Looking): number {
  const since = clients
    .map((line) => line.split(" "))
    .filter(([isControl, , pane]) => isControl !== "1" && pane === paneId)
    .map(([, activity]) => clock.now() - Number(activity) * 1000);
  // An activity in the future means that the clock was set back: it says nothing.
  const waits = since.filter((ms) => ms > -1000).map((ms) => Math.max(0, quietMs - ms));
  return Math.max(0, ...waits);
}
