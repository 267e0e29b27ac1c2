import { FleetError, sanitiseLine } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";

/** `fleet status`: asks and starts nothing. */
export const status = defineCommand({
  about: "Says how the daemon and its server are. Starts nothing; exit 7 when no daemon runs.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet status --json", about: "version, server, spool, sessions, dead letters" }],
  async run({ json: isJson }, context) {
    const answer = await context.daemon().status();
    if (answer === undefined) throw notRunning(context.paths().socketFile);
    if (isJson) return printJson(context, answer);
    await context.print(renderFields(statusFields(answer)));
  },
});

function notRunning(socketFile: string): FleetError {
  return new FleetError(
    "unavailable",
    `asking the daemon at ${socketFile}: it is not running; start it with: fleet up`,
  );
}

/** A status as labelled lines. */
export function statusFields(answer: StatusAnswer): Readonly<Record<string, string | number | undefined>> {
  const { server, spool } = answer;
  const how = server.isConnected ? "connected" : "not connected";
  return {
    daemon: `${answer.version}, pid ${answer.pid}, since ${answer.startedAt}`,
    machine: answer.machine,
    fleet: answer.ns,
    server: `${server.url} ${how}${server.isManaged ? ", run by the daemon" : ""}`,
    "server version": server.version,
    http: `http://127.0.0.1:${answer.port}`,
    sessions: answer.sessions,
    spool: `${spool.pending} waiting, ${spool.bytes} bytes${spool.torn > 0 ? `, ${spool.torn} torn` : ""}`,
    "dead letters": answer.dead,
    adapters: adaptersOf(answer),
    log: answer.logFile,
    config:
      answer.configProblem === undefined ? undefined : `not in force: ${sanitiseLine(answer.configProblem)}`,
    wakes: answer.isPaused ? "paused; fleet resume lets them go on" : undefined,
  };
}

/** Said where one does not work: those that do are no news. */
function adaptersOf({ adapters }: StatusAnswer): string | undefined {
  if (adapters === undefined || adapters.failing === 0) return undefined;
  return `${adapters.failing} of ${adapters.count} failing: fleet adapter list`;
}
