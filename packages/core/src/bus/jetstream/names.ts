import { FleetError } from "../../errors/fleet-error.ts";
import { streamId, streamNames, type StreamName } from "../layout.ts";

/** The layout's name of a stream of namespace `ns`, or undefined for a stranger's. */
export function streamNameOf(ns: string, id: string): StreamName | undefined {
  return streamNames.find((name) => streamId(ns, name) === id);
}

/** The layout's name; throws `failed` where a server answered for a stream that is not the namespace's. */
export function requireStreamName(ns: string, id: string): StreamName {
  const name = streamNameOf(ns, id);
  if (name !== undefined) return name;
  throw new FleetError(
    "failed",
    `using namespace ${ns}: the server answered with stream ${id}, which is not one of its`,
  );
}
