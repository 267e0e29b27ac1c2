import { JetStreamError } from "@nats-io/jetstream";
import { FleetError } from "../../../errors/fleet-error.ts";
import { toBusError } from "../errors.ts";

/**
 * What the library threw over a foreign server. What nobody foresaw there (a broken TLS, a protocol error, a limit of
 * connections) is the far side's state, and worth another try; an answer that no stream gives is not.
 */
export function foreignFailure(thrown: unknown, doing: string): FleetError {
  const known = toBusError(thrown, doing);
  if (known.code !== "internal") return known;
  if (isNoStreamsAnswer(thrown))
    return new FleetError("failed", `${doing}: something answered that is no stream`, { cause: thrown });
  if (isNoCredential(thrown))
    return new FleetError("config", `${doing}: the credentials are not in their format`, { cause: thrown });
  return new FleetError("unavailable", known.message, { cause: thrown });
}

function isNoStreamsAnswer(thrown: unknown): boolean {
  return thrown instanceof SyntaxError || thrown instanceof JetStreamError;
}

function isNoCredential(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    (thrown.name === "NKeysError" || thrown.message === "unable to parse credentials")
  );
}
