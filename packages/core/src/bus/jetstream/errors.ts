import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/nats-core";
import type { ErrorCode } from "../../errors/table.ts";
import { FleetError, messageOf } from "../../errors/fleet-error.ts";

/** The server's JetStream error codes that mean something of their own to fleet. */
export const apiCodes = {
  clusterNotAvailable: 10008,
  clusterNotLeader: 10009,
  consumerUpdate: 10012,
  consumerNotFound: 10014,
  insufficientResources: 10023,
  memoryExceeded: 10028,
  noMessageFound: 10037,
  notEnabledForAccount: 10039,
  sequenceNotFound: 10043,
  storageExceeded: 10047,
  streamConfig: 10052,
  messageTooLarge: 10054,
  deleteFailed: 10057,
  streamInUse: 10058,
  streamNotFound: 10059,
  subjectsOverlap: 10065,
  wrongLastSequence: 10071,
  notEnabled: 10076,
  storeFailed: 10077,
  headerTooLarge: 10097,
  rollupNotPermitted: 10111,
  consumerExists: 10148,
  wrongLastSequenceUnknown: 10164,
  ttlDisabled: 10166,
  tooManyRequests: 10167,
} as const;

const meaning: ReadonlyMap<number, ErrorCode> = new Map([
  [apiCodes.clusterNotAvailable, "unavailable"],
  [apiCodes.clusterNotLeader, "unavailable"],
  [apiCodes.consumerUpdate, "conflict"],
  [apiCodes.consumerNotFound, "not_found"],
  [apiCodes.insufficientResources, "storage"],
  [apiCodes.memoryExceeded, "storage"],
  [apiCodes.noMessageFound, "not_found"],
  [apiCodes.notEnabledForAccount, "unavailable"],
  [apiCodes.storageExceeded, "storage"],
  [apiCodes.streamConfig, "conflict"],
  [apiCodes.messageTooLarge, "too_large"],
  [apiCodes.streamInUse, "conflict"],
  [apiCodes.streamNotFound, "not_found"],
  [apiCodes.subjectsOverlap, "conflict"],
  [apiCodes.wrongLastSequence, "conflict"],
  [apiCodes.notEnabled, "unavailable"],
  [apiCodes.headerTooLarge, "too_large"],
  [apiCodes.rollupNotPermitted, "refused"],
  [apiCodes.consumerExists, "conflict"],
  [apiCodes.wrongLastSequenceUnknown, "conflict"],
  [apiCodes.ttlDisabled, "usage"],
  [apiCodes.tooManyRequests, "unavailable"],
] as const);

/** Whatever the client library threw, as a FleetError; `doing` is gerund + object. */
export function toBusError(thrown: unknown, doing: string): FleetError {
  if (thrown instanceof FleetError) return thrown;
  return new FleetError(codeOf(thrown), `${doing}: ${reasonOf(thrown)}`, { cause: thrown });
}

/** Whether the server answered with this JetStream error code. */
export function isApiError(thrown: unknown, code: number): boolean {
  return thrown instanceof JetStreamApiError && thrown.code === code;
}

/** Whether the credential does not allow what was tried. */
export function isPermissionError(thrown: unknown): boolean {
  if (thrown instanceof errors.PermissionViolationError) return true;
  return thrown instanceof Error && thrown.cause instanceof errors.PermissionViolationError;
}

function codeOf(thrown: unknown): ErrorCode {
  if (isPermissionError(thrown)) return "unauthorized";
  if (thrown instanceof errors.AuthorizationError) return "unauthorized";
  if (thrown instanceof errors.UserAuthenticationExpiredError) return "unauthorized";
  if (thrown instanceof JetStreamApiError) return apiCode(thrown);
  if (thrown instanceof errors.InvalidArgumentError) return isPayload(thrown) ? "too_large" : "usage";
  return isAway(thrown) ? "unavailable" : "internal";
}

function apiCode(error: JetStreamApiError): ErrorCode {
  // One code for whatever the store refuses: only its text tells the flood guard from a full disk.
  if (error.code === apiCodes.storeFailed)
    return error.message.includes("per subject") ? "refused" : "storage";
  const known = meaning.get(error.code);
  if (known !== undefined) return known;
  if (error.status === 404) return "not_found";
  if (error.status === 400) return "usage";
  return error.status === 503 ? "unavailable" : "failed";
}

function isPayload(error: Error): boolean {
  return error.message.includes("max_payload");
}

function isAway(thrown: unknown): boolean {
  return (
    isNotEnabled(thrown) ||
    thrown instanceof errors.TimeoutError ||
    thrown instanceof errors.RequestError ||
    thrown instanceof errors.NoRespondersError ||
    thrown instanceof errors.ConnectionError ||
    thrown instanceof errors.ClosedConnectionError ||
    thrown instanceof errors.DrainingConnectionError ||
    isSocketError(thrown)
  );
}

/** The library does not export the class. */
function isNotEnabled(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "JetStreamNotEnabled";
}

function isSocketError(thrown: unknown): boolean {
  return thrown instanceof Error && "syscall" in thrown;
}

function reasonOf(thrown: unknown): string {
  if (isNotEnabled(thrown)) return "no stream of the server takes it, or its JetStream is off";
  if (thrown instanceof errors.TimeoutError) return "the server did not answer in time";
  if (codeOf(thrown) === "storage")
    return `${messageOf(thrown)}; free space, or raise max_file_store of its JetStream`;
  return messageOf(thrown);
}
