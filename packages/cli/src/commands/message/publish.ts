import { FleetError } from "@fleetbus/core";
import type { PublishAnswer, PublishRequest } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";

/** A request of the CLI: its id is made here, so that every way of sending it is the same message. */
export type Saying = Omit<PublishRequest, "caller"> & { readonly id: string };

/** What became of a request. */
export interface Published {
  readonly answer: PublishAnswer;
  /** False when no daemon has seen it: there are no receipts to wait for then. */
  readonly isByDaemon: boolean;
}

/**
 * Publishes through the daemon; where it cannot be reached, straight to the server, and where that is away too, into a
 * file that the daemon picks up (without-daemon). Safe to call again with the same id.
 */
export async function publish(saying: Saying, context: Context): Promise<Published> {
  try {
    const answer = await context.api().publish(saying);
    if (answer.stage === "refused") throw refused(answer);
    if (answer.to.length === 0)
      await context.say(
        "fleet: nobody is there to get it: a broadcast is for the sessions that exist when it is sent",
      );
    if (answer.stage === "spooled")
      await context.say(
        "fleet: the server is away; the daemon keeps it on disk and sends it as soon as it is back",
      );
    return { answer, isByDaemon: true };
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== "unavailable" || context.world.signal.aborted)
      throw error;
    const { publishWithoutDaemon } = await import("../../without-daemon/publish.ts");
    return { answer: await publishWithoutDaemon(saying, error, context), isByDaemon: false };
  }
}

function refused(answer: PublishAnswer): FleetError {
  return new FleetError(
    "refused",
    `sending message ${answer.id} to ${answer.to.join(", ")}: ${answer.reason ?? "a policy said no"}`,
  );
}
