import type { ComposerFacts } from "./screen/clis.ts";
import type { Composer } from "./screen/composer.ts";

/** What a multiplexer says of one pane, as far as it decides about typing. */
export interface PaneState {
  /** The process that the CLI must descend from: the pane's first one, or the server where no pane tells its own. */
  readonly pid: number;
  readonly isDead: boolean;
  /** The screen shows something else than what the program draws: copy mode. */
  readonly isInMode: boolean;
  /** Keys go to its neighbours too. */
  readonly isSynchronized: boolean;
  readonly isInputOff: boolean;
  /** Name of what runs in front. */
  readonly command: string;
}

/** What one look at a pane showed, and what may be done with exactly that. */
export interface Sight {
  readonly pane: PaneState;
  readonly composer: Composer;
  /** Milliseconds until the last key of a person who looks at this pane is long enough ago; 0 when it is. */
  readonly quietInMs: number;
  /** Pastes one line if the pane is still what was seen; false when it is not, and nothing was typed. */
  paste(line: string, signal: AbortSignal): Promise<boolean>;
  /** Presses Enter if the pane is still what was seen; false when it is not, and nothing was pressed. */
  enter(signal: AbortSignal): Promise<boolean>;
}

/** One pane of a multiplexer. Calls come one after the other; they reject with `unavailable` when its server is lost. */
export interface Terminal {
  /** The pane's own id there. */
  readonly id: string;
  /** Undefined when the pane is gone. */
  look(facts: ComposerFacts, signal: AbortSignal): Promise<Sight | undefined>;
  /** Resolves with true at a change since the last call, with false after `ms`; rejects with the signal's reason. */
  change(ms: number, signal: AbortSignal): Promise<boolean>;
  close(): void;
}
