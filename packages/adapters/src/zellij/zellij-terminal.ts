import { isDeepStrictEqual } from "node:util";
import type { Clock } from "@fleetbus/core";
import { parseScreen } from "../typing/screen/cells.ts";
import type { ComposerFacts } from "../typing/screen/clis.ts";
import { readComposer, type Composer } from "../typing/screen/composer.ts";
import type { Sight, Terminal } from "../typing/terminal.ts";
import type { ZellijAction } from "./call.ts";
import { readPanes, type ZellijPane } from "./panes.ts";

/** A pane, and how it is reached. */
export interface ZellijPaneAt {
  readonly action: ZellijAction;
  readonly clock: Clock;
  readonly paneId: number;
  /** The server of its session; 0 where the CLI does not descend from it. */
  readonly serverPid: number;
}

interface Seen {
  readonly pane: ZellijPane;
  readonly composer: Composer;
}

/**
 * One pane of zellij. zellij cannot check and act in one step as tmux does: right before each act the pane is looked at
 * again, and a few milliseconds remain. It tells of no person's keys either: a draft is seen from its first character on.
 */
export function zellijTerminal(at: ZellijPaneAt): Terminal {
  return {
    id: `terminal_${at.paneId}`,
    look: async (facts, signal) => {
      const seen = await see(at, facts, signal);
      return seen && sightOf(seen, at, facts);
    },
    // It would tell of no change without a process that stays (`zellij subscribe`): looking again is enough.
    change: async (ms, signal) => {
      await at.clock.sleep(ms, signal);
      return false;
    },
    close: () => undefined,
  };
}

async function see(
  { action, paneId }: ZellijPaneAt,
  facts: ComposerFacts,
  signal: AbortSignal,
): Promise<Seen | undefined> {
  const panes = readPanes(await action(["list-panes", "--json"], signal));
  const pane = panes.find(({ id }) => id === paneId);
  if (pane === undefined) return undefined;
  const dump = await action(["dump-screen", "--pane-id", `terminal_${paneId}`, "--ansi"], signal);
  const screen = { rows: parseScreen(dump.split("\n")), cursor: pane.cursor };
  return { pane, composer: readComposer(screen, facts) };
}

function sightOf(seen: Seen, at: ZellijPaneAt, facts: ComposerFacts): Sight {
  const { pane, composer } = seen;
  const id = `terminal_${at.paneId}`;
  const act = async (args: readonly string[], signal: AbortSignal) => {
    if (!isDeepStrictEqual(await see(at, facts, signal), seen)) return false;
    await at.action(args, signal);
    return true; // also where the pane went in between: zellij says nothing, the next look does
  };
  return {
    pane: {
      pid: at.serverPid,
      isDead: pane.isOver,
      // What it may do to keys and screens does not reach a pane that is written to by its id; a view that was scrolled
      // up shows no composer.
      ...{ isInMode: false, isSynchronized: false, isInputOff: false },
      command: pane.command,
    },
    composer,
    quietInMs: 0,
    paste: (line, signal) => act(["paste", "--pane-id", id, "--", line], signal),
    // As a byte: `send-keys` would write it in the way of the kitty protocol, which not every CLI has switched on.
    enter: (signal) => act(["write", "--pane-id", id, "--", "13"], signal),
  };
}
