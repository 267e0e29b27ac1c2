import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, isToken } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { errorOf, readText } from "../../daemon-client/body.ts";
import { logName, partName } from "./write-log.ts";

/** The bytes of a run's log: of this machine where the server does not have it yet, else from there. Rejects with `not_found`. */
export async function readLog(run: string, context: Context): Promise<AsyncIterable<Uint8Array>> {
  if (!isToken(run))
    throw new FleetError("usage", `reading the log of run "${run}": that is no id; fleet events shows them`);
  const { runLogsDir } = context.paths();
  for (const name of [logName(run), partName(run)]) {
    const file = join(runLogsDir, name);
    const isHere = await access(file).then(
      () => true,
      () => false,
    );
    if (isHere) return createReadStream(file);
  }
  const answer = await context.daemon().send({ method: "GET", path: `/v1/runs/${run}/log` });
  if (answer.status >= 400) throw errorOf(answer.status, await readText(answer.body));
  return answer.body;
}
