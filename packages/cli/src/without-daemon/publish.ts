import { FleetError, messageOf } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import type { Saying } from "../commands/message/publish.ts";
import { dropRequest } from "./drop-file.ts";
import { publishToServer } from "./to-server.ts";

/**
 * What `fleet pub` does when no daemon can be had (DESIGN §9): straight to the server with the caller's own credential;
 * where that cannot be, a file that the next daemon sends. Says on stderr what can be promised.
 */
export async function publishWithoutDaemon(
  saying: Saying,
  why: FleetError,
  context: Context,
): Promise<PublishAnswer> {
  await context.say(`fleet: ${firstLine(why.message)}`);
  try {
    const answer = await publishToServer(saying, context);
    await context.say(
      "fleet: stored by the server without the daemon: that is all that can be promised now; nobody has checked the target, nobody is woken",
    );
    return answer;
  } catch (error) {
    if (!isServerAway(error)) throw error;
    await context.say(`fleet: ${firstLine(messageOf(error))}`);
  }
  const answer = await dropRequest(saying, context);
  await context.say(
    "fleet: kept in a file on this machine, which the next daemon sends; fleet up starts one",
  );
  return answer;
}

/** What a later daemon can still make good; anything else is the caller's to mend. */
function isServerAway(error: unknown): boolean {
  return (
    error instanceof FleetError &&
    ["unavailable", "unauthorized", "version", "not_found"].includes(error.code)
  );
}

function firstLine(message: string): string {
  return message.split("\n")[0] ?? message;
}
