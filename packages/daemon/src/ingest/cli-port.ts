import type { SessionEventKind } from "@fleetbus/core";
import type { HookCli, HookRequest } from "@fleetbus/hooks";

/** A hook's call as it reached the daemon, over HTTP or as a dropped file. */
export type HookCall = HookRequest;

/** What a call means to a fleet: the kind and data of one event. */
export interface Translated {
  readonly kind: SessionEventKind;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One agent CLI as the daemon sees it: its translator in packages/hooks. */
export interface Cli extends Omit<HookCli, "translate"> {
  translate(call: HookCall & { readonly hasTerminal?: boolean }): readonly Translated[];
}
