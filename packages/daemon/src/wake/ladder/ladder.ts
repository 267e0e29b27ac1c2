import { wakeSteps, type WakeStep } from "@fleetbus/core";

/** Whether a CLI has a rung at all, why, and what to do about it where it has not. */
export interface Cell {
  readonly has: boolean;
  readonly why: string;
  /** The way out, as an order to a person. */
  readonly way?: string;
  /** Where a permission mode makes it another thing. */
  readonly modes?: Readonly<Record<string, Omit<Cell, "modes">>>;
}

/** One rung of the ladder for all CLIs. */
export interface LadderRow {
  /** What is done to the session. */
  readonly how: string;
  /** By the `cli` of a session's record. */
  readonly clis: Readonly<Record<string, Cell>>;
  /** Of a CLI that is not among them: `[[cli]]` of fleet.toml, or unknown. */
  readonly other: Cell;
}

const yes = (why: string): Cell => ({ has: true, why });
const no = (why: string, way?: string): Cell => ({ has: false, why, ...(way === undefined ? {} : { way }) });

const goesOn = yes(
  "at a turn's end it goes on with the mail, 7 times in a row; idle, it has no turn that ends",
);
const waitingHook = yes("a background hook waits, and its end wakes the session");
const typed = yes(
  "its composer is known: one line is pasted where no draft, menu or copy mode is in the way",
);
/** In a pane of whichever multiplexer. */
const typedInto: Pick<LadderRow, "clis" | "other"> = {
  clis: {
    ...{ claude: typed, gemini: typed, grok: typed, demo: typed },
    codex: no(
      "one process runs the hooks of all Codex sessions, so its pane is not known",
      "none is needed beside the queue",
    ),
  },
  other: no(
    "fleet does not know how its composer looks, so nothing is typed",
    "its mail waits for its next prompt",
  ),
};
const notClaude = no("channels are Claude Code's");
const notCodex = no("only Codex has a queue");
const noSocket = no("it listens on no socket for messages of peers");
const wrapped = yes("in fleet wrap one line is typed where no draft and no person's key is in the way");

const told = yes(
  "an adapter of me.via tells you once, and that the mail was taken; wake.tell_me = false ends that",
);

/**
 * The wake ladder (DESIGN §6, HOOKS.md §0): the one list of who has which rung. The planner climbs by it, in the order of
 * `wakeSteps`; `fleet doctor --wake` and docs/wake.md say it.
 */
export const wakeLadder: Readonly<Record<WakeStep, LadderRow>> = {
  continuation: {
    how: "the answer to its Stop hook lets the turn go on",
    clis: { claude: goesOn, codex: goesOn, gemini: goesOn, grok: goesOn, demo: goesOn },
    other: yes("as its table in fleet.toml says; idle, it has no turn that ends"),
  },
  rewake: {
    how: "a waiting `asyncRewake` hook ends with the mail's pointer",
    clis: { claude: waitingHook, demo: waitingHook },
    other: no("only Claude Code's background hooks wake their session (asyncRewake)"),
  },
  channels: {
    how: "a notification of an MCP server of its own",
    clis: {
      claude: no(
        "Claude Code 2.1.329 says that channels are not currently available: its maker switches them",
      ),
    },
    other: notClaude,
  },
  queue: {
    how: "`codex queue --thread`",
    clis: { codex: yes("its thread takes prompts from codex queue, from its first prompt on") },
    other: notCodex,
  },
  socket: {
    how: "a message of a peer on the session's own socket",
    clis: {
      claude: {
        ...yes("it takes messages from peers, unless crossSessionInbound is hold or refuse"),
        modes: {
          bypassPermissions: no(
            "in bypassPermissions it would ask you in a dialog",
            "set crossSessionInbound to accept in Claude Code's settings.json",
          ),
        },
      },
    },
    other: noSocket,
  },
  tmux: { how: "one line is pasted into its pane", ...typedInto },
  zellij: { how: "one line is pasted into its pane (zellij 0.44 or newer)", ...typedInto },
  pty: {
    how: "`fleet wrap` types one line for it",
    clis: {
      codex: no(
        "one process runs the hooks of all Codex sessions, so its terminal is not known",
        "none is needed beside the queue",
      ),
    },
    other: wrapped,
  },
  custom: {
    how: "an adapter of your own wakes it, in a terminal that fleet has no rung for (docs/custom-rung.md)",
    clis: {},
    other: yes("an adapter that takes wake.custom reaches it as it knows"),
  },
  toast: { how: "no rung is left: you are told on this machine's desktop", clis: {}, other: told },
  phone: { how: "no rung is left: you are told where you are", clis: {}, other: told },
};

/** What the ladder says of a rung for a CLI; without a mode, of its usual ones. */
export function cellOf(rung: WakeStep, cli: string, permissionMode?: string): Omit<Cell, "modes"> {
  const { clis, other } = wakeLadder[rung];
  const cell = (Object.hasOwn(clis, cli) ? clis[cli] : undefined) ?? other;
  const { modes, ...usual } = cell;
  const special = permissionMode === undefined || modes === undefined ? undefined : modes[permissionMode];
  return special ?? usual;
}

/** The ladder of a CLI, best rung first. */
export function ladderFor(
  cli: string,
  permissionMode?: string,
): readonly (Omit<Cell, "modes"> & { readonly rung: WakeStep })[] {
  return wakeSteps.map((rung) => ({ rung, ...cellOf(rung, cli, permissionMode) }));
}
