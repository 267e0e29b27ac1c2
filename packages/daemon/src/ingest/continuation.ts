import type { Clock, FleetEvent, IdSource, SessionRecord } from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";
import type { Outbox } from "../disk/outbox.ts";
import type { Registry } from "../session/registry.ts";

/** What continuing turns needs. */
export interface ContinuationDeps {
  readonly machine: string;
  readonly registry: Registry;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly ids: IdSource;
  encode(event: FleetEvent): Outgoing;
  /** Folds an event in that no hook told. */
  note(event: FleetEvent): void;
  onError(error: unknown, doing: string): void;
}

/** Makes a stopped session busy again, with an event; gives what takes that back. Rejects with `storage`. */
export type Continue = (record: SessionRecord, messages: readonly string[]) => Promise<() => void>;

/**
 * A stop that fleet answers with messages is no end: our own continuation means busy (DESIGN §4). Where the hook never
 * read that answer the turn has stopped after all, and the session says so once more: else nobody would ever wake it.
 */
export function continuation(deps: ContinuationDeps): Continue {
  const { registry, outbox } = deps;
  return async (stopped, messages) => {
    const event = eventOf(deps, stopped, { kind: "turn.continued", data: { messages } });
    registry.apply(event);
    const takeBack = () => {
      if (registry.find(stopped.name)?.lastEventId === event.id) stopAgain(stopped, deps);
    };
    await outbox.add([deps.encode(event)]).catch((error: unknown) => {
      takeBack();
      throw error;
    });
    return takeBack;
  };
}

function stopAgain(stopped: SessionRecord, deps: ContinuationDeps): void {
  const { outcome = "done", lastText } = stopped;
  const event = eventOf(deps, stopped, {
    kind: "turn.stopped",
    data: { outcome, lastText, continued: true },
  });
  const onDisk = deps.outbox.add([deps.encode(event)]);
  void onDisk.catch((error: unknown) => deps.onError(error, `noting that ${stopped.name} has stopped`));
  deps.note(event);
}

function eventOf(
  { machine, ids, clock }: ContinuationDeps,
  { name, cli, cliSession, promptId }: SessionRecord,
  { kind, data }: Pick<FleetEvent, "kind" | "data">,
): FleetEvent {
  const stamp = { id: ids(), time: new Date(clock.now()).toISOString() };
  return {
    ...stamp,
    kind,
    from: { machine, session: name },
    origin: "system",
    data: { cli, cliSession, promptId, ...data },
  };
}
