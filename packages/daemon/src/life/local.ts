import { join } from "node:path";
import {
  idSource,
  pathsOf,
  systemClock,
  toFleetError,
  type Clock,
  type FleetError,
  type IdSource,
  type Paths,
} from "@fleetbus/core";
import { openJournal, type Journal } from "../disk/journal.ts";
import { openOutbox, type Outbox } from "../disk/outbox.ts";
import { takeRefused } from "../disk/refused.ts";
import { adapterSchemas } from "../host/entry/schemas.ts";
import { clockOfBeats } from "./beats.ts";
import type { Closing } from "./ending/closing.ts";
import { openLogger, type Logger } from "./log/logger.ts";
import { takeLock } from "./lock.ts";
import { openPauses, type Pauses } from "./pauses.ts";
import { inForce, loadSettings, type InForce, type Settings } from "./settings.ts";

const maxSpoolBytes = 512 * 1024 * 1024;

/** What a daemon has on its own machine, before there is any server. */
export interface Local {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly paths: Paths;
  /** Those of the start. */
  readonly settings: Settings;
  readonly inForce: InForce;
  readonly clock: Clock;
  /** For what is looked after now and then. */
  readonly pace: Clock;
  readonly ids: IdSource;
  /** New ids come after this one from now on, whatever the clock says: older ones would count as heard already. */
  idsAfter(id: string): void;
  readonly logger: Logger;
  readonly outbox: Outbox;
  readonly journal: Journal;
  readonly pauses: Pauses;
  /** Logs what went wrong where nobody waits for it. */
  onError(error: unknown, doing: string): void;
}

/** Takes the machine's lock and opens what is on disk. Rejects with `conflict`, `config` or `storage`. */
export async function openLocal(env: Local["env"], closing: Closing): Promise<Local> {
  const paths = pathsOf(env);
  const lock = await takeLock(paths.lockFile);
  closing.push("lock", () => lock.release());
  const clock = systemClock;
  const settings = await loadSettings(paths, env, adapterSchemas);
  const logger = await openLogger(paths.logFile, settings.config.log.level);
  closing.push("log", () => logger.close());
  const log = logger.named("daemon");
  const onError: Local["onError"] = (error, doing) =>
    log.warn({ doing, ...errorFields(toFleetError(error)) }, "something failed");
  const onRefused = takeRefused({
    ns: settings.ns,
    machine: settings.machine,
    clock,
    dir: join(paths.dataDir, "refused"),
    add: (outgoing) => outbox.add(outgoing),
    onError,
  });
  const outbox: Outbox = await openOutbox({ dir: paths.spoolDir, maxBytes: maxSpoolBytes, clock, onRefused });
  closing.push("spool", () => outbox.close());
  const journal = await openJournal(paths.journalDir, clock);
  closing.push("journal", () => journal.close());
  const pauses = await openPauses(join(paths.dataDir, "pauses.json"));
  let source = idSource(clock);
  const ids = () => source();
  const idsAfter = (id: string) => void (source = idSource(clock, id));
  const pace = clockOfBeats(clock);
  return {
    env,
    paths,
    settings,
    inForce: inForce(settings),
    clock,
    pace,
    ids,
    idsAfter,
    logger,
    outbox,
    journal,
    pauses,
    onError,
  };
}

/** An error as log fields. */
export function errorFields(error: FleetError): Readonly<Record<string, unknown>> {
  const { cause } = error;
  return {
    code: error.code,
    error: error.message,
    ...(cause instanceof Error ? { cause: cause.message } : {}),
  };
}
