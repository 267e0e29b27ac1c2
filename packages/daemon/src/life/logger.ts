import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import pino from "pino";
import type { AdapterLog } from "@fleetbus/core";

/** The daemon's log: JSON lines in one file. Secrets are of a type that prints as `[redacted]`. */
export interface Logger {
  named(name: string): AdapterLog;
  close(): Promise<void>;
}

/** Opens the log; its level is `FLEET_LOG` or `info`. */
export async function openLogger(file: string, level = "info"): Promise<Logger> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const destination = pino.destination({ dest: file, sync: false, mkdir: false, mode: 0o600 });
  const root = pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  return {
    named: (name) => {
      const child = root.child({ name });
      return {
        debug: (fields, message) => child.debug(fields, message),
        info: (fields, message) => child.info(fields, message),
        warn: (fields, message) => child.warn(fields, message),
        error: (fields, message) => child.error(fields, message),
      };
    },
    close: () =>
      new Promise((resolve) => {
        destination.once("close", () => resolve());
        destination.end();
      }),
  };
}
