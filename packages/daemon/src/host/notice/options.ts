import type { AdapterConfig, Overflow, TextTraits } from "@fleetbus/core";
import type { ShownLog } from "../run-log/run-logs.ts";
import type { Occasion } from "./words/variables.ts";

/** How a channel is told something: what it takes, what its entry in the config asks for, and what the host knows. */
export interface NoticeOptions extends Occasion {
  readonly text: TextTraits;
  /** Checked by `checkTemplates`. */
  readonly template: AdapterConfig["template"];
  /** The channel's own way where absent, or where it has no such way. */
  readonly overflow?: Overflow | undefined;
  readonly sound?: string | undefined;
  readonly log?: ShownLog | undefined;
}
