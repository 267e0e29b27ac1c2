import {
  FleetError,
  sanitiseLine,
  type AdapterContext,
  type FleetEvent,
  type Notice,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import { runProgram, type ProgramEnd } from "../program/run-program.ts";
import { connectionlessSink } from "../sending/connectionless-sink.ts";
import { requireFit } from "../text/fits.ts";
import type { ExecConfig } from "./adapter.ts";
import { execText } from "./limits.ts";

const usualPath = "/usr/local/bin:/usr/bin:/bin";
/** sysexits.h: try again later. */
const tryLater = 75;
const maxShown = 300;

/** The sink of the exec adapter. */
export function execSink(config: ExecConfig, { ns }: AdapterContext): Sink {
  const doing = `running ${config.command[0]}`;
  return connectionlessSink(doing, async (event, signal, notice) => {
    requireFit(doing, notice, execText);
    const { command, env, folder, timeoutMs } = config;
    const run = {
      ...{ doing, command, timeoutMs, cwd: folder },
      env: { PATH: usualPath, ...env, ...variablesOf(event, notice, ns) },
      input: `${JSON.stringify(event)}\n`,
    };
    return receiptOf(await runProgram(run, signal), doing);
  });
}

function variablesOf(event: FleetEvent, notice: Notice, ns: string): Readonly<Record<string, string>> {
  const { id, title, text, priority, key, isResolved, sound, link } = notice;
  const variables = {
    ...{ EVENT_NS: ns, EVENT_ID: event.id, EVENT_KIND: event.kind, EVENT_TIME: event.time },
    ...{ EVENT_MACHINE: event.from.machine, EVENT_SESSION: event.from.session, EVENT_ORIGIN: event.origin },
    ...{ NOTICE_ID: id, NOTICE_TITLE: title, NOTICE_TEXT: text, NOTICE_PRIORITY: priority, NOTICE_KEY: key },
    ...{ NOTICE_RESOLVED: isResolved ? "1" : "", NOTICE_SOUND: sound ?? "", NOTICE_LINK: link ?? "" },
  };
  // an environment holds no NUL
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [`FLEET_${name}`, value.replaceAll("\0", "")]),
  );
}

/** What it prints on its last line is its id for it. */
function receiptOf({ code, endedBy, stdout, stderr }: ProgramEnd, doing: string): SendReceipt {
  if (code === 0) {
    const providerId = sanitiseLine(stdout.trimEnd().split("\n").at(-1) ?? "").slice(0, 200);
    return providerId === "" ? {} : { providerId };
  }
  const answer = sanitiseLine(stderr).slice(-maxShown);
  const end = code === undefined ? `ended by ${endedBy}` : `exit ${code}`;
  throw new FleetError(
    code === tryLater ? "unavailable" : "failed",
    `${doing}: ${end}${answer && `, ${answer}`}`,
    {
      details: { answer, ...(code === undefined ? {} : { exitCode: code }) },
    },
  );
}
