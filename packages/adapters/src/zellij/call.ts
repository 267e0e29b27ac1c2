import { execFile, type ExecFileException } from "node:child_process";
import { FleetError, messageOf, sanitiseLine } from "@fleetbus/core";
import { programEnvironment } from "../program/environment.ts";
import type { ZellijPlace } from "./place.ts";

/** Calls `zellij --session <its session> action <args>`; gives its standard output. */
export type ZellijAction = (args: readonly string[], signal: AbortSignal) => Promise<string>;

/** How zellij is called. */
export interface Calling {
  readonly command: string;
  readonly path?: string | undefined;
  readonly callMs: number;
}

const maxBytes = 4 * 1024 * 1024;

/**
 * The actions of the session that a place is in. Rejects with `unavailable` where that session or its server is gone or
 * does not answer, with `version` where zellij is too old for an argument, with `config` where there is no zellij.
 */
export function zellijAction(calling: Calling, place: ZellijPlace): ZellijAction {
  const { command, path, callMs } = calling;
  const env = { ...zellijEnvironment(path), ZELLIJ_SOCKET_DIR: place.socketDir };
  return (args, signal) =>
    new Promise((resolve, reject) => {
      const all = ["--session", place.session, "action", ...args];
      const options = { env, signal, timeout: callMs, maxBuffer: maxBytes };
      execFile(command, all, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal.aborted) reject(signal.reason);
        else reject(refusal(error, { place, stderr, command, callMs }));
      });
    });
}

/** Also without what tells zellij that it runs in itself. */
export function zellijEnvironment(path: string | undefined): Readonly<Record<string, string>> {
  return { ...programEnvironment, ...(path === undefined ? {} : { PATH: path }) };
}

interface Refused extends Calling {
  readonly place: ZellijPlace;
  readonly stderr: string;
}

function refusal(error: ExecFileException, { place, stderr, command, callMs }: Refused): FleetError {
  const how = { cause: error };
  if (error.code === "ENOENT" || error.code === "EACCES") {
    const way = "name it by its path as `command` of the zellij adapter";
    return new FleetError("config", `starting ${command}: ${messageOf(error)}; ${way}`, how);
  }
  const doing = `talking to the zellij session ${place.session} in ${place.socketDir}`;
  if (isTooOld(stderr))
    return new FleetError("version", `${doing}: its zellij is too old; 0.44 or newer is needed`, how);
  const unsaid =
    error.killed === true ? `no answer in ${callMs} ms` : `it ended with ${error.code ?? error.signal}`;
  const said = sanitiseLine(stderr.trim().split("\n")[0] ?? "") || unsaid;
  return new FleetError("unavailable", `${doing}: ${said}`, how);
}

/** What clap says of an argument or an action that it does not know: 0.43 with clap 3, later ones with clap 4. */
function isTooOld(stderr: string): boolean {
  return /wasn't expected|wasn't recognized|unexpected argument|unrecognized subcommand/i.test(stderr);
}
