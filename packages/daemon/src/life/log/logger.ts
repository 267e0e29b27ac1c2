import pino from "pino";
import type { AdapterLog } from "@fleetbus/core";
import { openLogFile } from "./log-file.ts";

/** The daemon's log: JSON lines in one file. Secrets are of a type that prints as `[redacted]`. */
export interface Logger {
  named(name: string): AdapterLog;
  /** Of all its names, from the next line on. */
  setLevel(level: string): void;
  close(): Promise<void>;
}

/** Opens the log; its level is `FLEET_LOG` or `info`. Rejects with `storage`. */
export async function openLogger(file: string, level = "info"): Promise<Logger> {
  // Not pino's own destination: on a full disk that one ends the process, and then blocks its end for ever.
  const destination = await openLogFile(file);
  const root = pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  const children = new Map<string, pino.Logger>();
  const childOf = (name: string) => children.get(name) ?? root.child({ name });
  return {
    setLevel: (next) => {
      root.level = next;
      for (const child of children.values()) child.level = next; // one is made with the level of then
    },
    named: (name) => {
      const child = childOf(name);
      children.set(name, child);
      return {
        debug: (fields, message) => child.debug(fields, message),
        info: (fields, message) => child.info(fields, message),
        warn: (fields, message) => child.warn(fields, message),
        error: (fields, message) => child.error(fields, message),
      };
    },
    close: () => destination.close(),
  };
}
