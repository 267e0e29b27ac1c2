import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { decodeMessage, encodeReceipt, subjectsOf, type Clock, type FleetError } from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";
import writeFileAtomic from "write-file-atomic";
import { letterOf } from "../requests/dead.ts";
import { packEntry } from "./outbox-record.ts";

/** Where what a server refused goes. */
export interface RefusedDeps {
  readonly ns: string;
  readonly machine: string;
  readonly clock: Clock;
  /** For what a dead letter cannot hold. Made when it is needed. */
  readonly dir: string;
  /** To the spool; on disk when it resolves. */
  add(outgoing: readonly Outgoing[]): Promise<void>;
  onError(error: unknown, doing: string): void;
}

/**
 * What becomes of spooled things that the server will never take. A message's sender was told `stored`: now it is told
 * `refused`, and the body lies in the dead letters, or in a file where it is too large for any letter or the spool is
 * full. Of the rest nobody waits for an answer: it is logged. Resolves when all of it is on disk, so that the spool may
 * forget its own copy; done twice, the second is a duplicate.
 */
export function takeRefused(deps: RefusedDeps): (outgoing: Outgoing, error: FleetError) => Promise<void> {
  return async (outgoing, error) => {
    deps.onError(error, `sending what was spooled for ${outgoing.subject}`);
    const type = typeOf(deps.ns, outgoing.subject);
    if (type !== "inbox" && type !== "cast") return type === "dead" ? keepFile(outgoing, deps) : undefined;
    const isLetter = error.code !== "too_large";
    if (!isLetter) await keepFile(outgoing, deps);
    const letter = letterOf(subjectsOf(deps.ns).dead(`${deps.machine}=spool`), outgoing, {
      reason: error.message,
      dedupeId: `dead spool ${outgoing.dedupeId}`,
    });
    const place = isLetter ? "it lies in the dead letters" : `it lies in ${fileOf(outgoing, deps)}`;
    await deps
      .add([...(isLetter ? [letter] : []), ...receiptsOf(outgoing, `${error.message}; ${place}`, deps)])
      .catch((failure: unknown) => keepInstead(outgoing, failure, deps));
  };
}

/** A full spool must not wait for itself: what it holds leaves it only if this goes on. */
async function keepInstead(outgoing: Outgoing, failure: unknown, deps: RefusedDeps): Promise<void> {
  deps.onError(failure, `telling of what was refused for ${outgoing.subject}`);
  await keepFile(outgoing, deps);
}

function typeOf(ns: string, subject: string): string {
  try {
    return subjectsOf(ns).parse(subject).type;
  } catch {
    return "other"; // no subject of this namespace: nobody waits for it
  }
}

function receiptsOf(outgoing: Outgoing, reason: string, { ns, clock, onError }: RefusedDeps) {
  try {
    const { id, from, to } = decodeMessage(ns, { ...outgoing, seq: 0, time: 0 });
    return [
      encodeReceipt(ns, {
        id,
        from,
        to,
        stage: "refused",
        time: new Date(clock.now()).toISOString(),
        reason,
      }),
    ];
  } catch (error) {
    onError(error, "telling the sender of what was refused"); // not ours: its body is kept all the same
    return [];
  }
}

async function keepFile(outgoing: Outgoing, deps: RefusedDeps): Promise<void> {
  await mkdir(deps.dir, { recursive: true, mode: 0o700 });
  const content = Buffer.from(packEntry({ number: 1, outgoing }));
  await writeFileAtomic(fileOf(outgoing, deps), content, { mode: 0o600 });
}

function fileOf({ dedupeId }: Outgoing, { dir }: RefusedDeps): string {
  return join(dir, `${dedupeId.replace(/[^A-Za-z0-9-]/g, "-")}.refused`);
}
