import { sealerOf, type RunEventData } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { writeLog, type LogEnd, type RunLog } from "./write-log.ts";

/** The log of one run in fleet's own folder, from where the daemon takes it to the server. The config is read beside the run. */
export function fullLog(run: string, context: Context): RunLog {
  const sealer = async () => {
    const { logKeyOf } = await import("./key.ts");
    return sealerOf(await logKeyOf(context));
  };
  return writeLog({ dir: context.paths().runLogsDir, run, sealer });
}

/** What `run.finished` says of it. */
export function logFacts(
  run: string,
  end: LogEnd | undefined,
): Pick<RunEventData<"run.finished">, "logRef" | "logSkippedBytes"> {
  if (end === undefined || end.problem !== undefined) return {};
  const { skippedBytes } = end;
  return { logRef: `runs/${run}`, ...(skippedBytes === 0 ? {} : { logSkippedBytes: skippedBytes }) };
}

/** What the person at the terminal is told of it. */
export function logLine(run: string, { problem }: LogEnd): string {
  return problem === undefined
    ? `fleet: the whole output: fleet run log ${run}`
    : `fleet: the full log is not kept: ${problem.split("\n")[0]}`;
}
