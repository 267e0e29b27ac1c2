import type { FleetEvent, SessionRecord } from "@fleetbus/core";
import { ownerOf, type Edge } from "../requests/edge.ts";
import { bootedAt, endedByReboot } from "../session/boot.ts";
import { isStillThere } from "../session/process.ts";
import { endWork } from "./end-work.ts";

/** An event that no hook told: spooled and folded in like the others (DESIGN §4: every end becomes an event). */
export function noteEvent(edge: Edge, session: string, what: Pick<FleetEvent, "kind" | "data">): void {
  const time = new Date(edge.clock.now()).toISOString();
  const data = { ...what.data, ...endWork(what, edge.registry.find(session)) };
  const event: FleetEvent = {
    kind: what.kind,
    data,
    id: edge.ids(),
    from: ownerOf(edge, session),
    time,
    origin: "system",
  };
  const onDisk = edge.outbox.add([edge.codec.encodeEvent(event)]);
  void onDisk.catch((error: unknown) => edge.onError(error, `noting ${what.kind} of ${session}`));
  edge.conversation.note(event);
}

/** A session whose process is gone. */
export function noteLost(edge: Edge, record: SessionRecord, reason: string): void {
  const { name, cli, cliSession, pid } = record;
  noteEvent(edge, name, { kind: "session.lost", data: { cli, cliSession, pid, reason } });
}

/** Marks what has died since anybody looked; to be called before a name is chosen. */
export function sweepDead(edge: Edge): void {
  for (const record of edge.registry.live()) {
    const { pid, procStart } = record;
    if (pid !== undefined && !isStillThere(edge.processes, { pid, procStart }))
      noteLost(edge, record, `process ${pid} is gone`);
  }
}

/** Marks what a restart of the machine has ended; to be called once, at the start. */
export function sweepRebooted(edge: Edge): void {
  const since = bootedAt(edge.clock);
  const reason = `the machine was restarted at ${new Date(since).toISOString()}`;
  for (const record of endedByReboot(edge.registry.live(), since)) noteLost(edge, record, reason);
}
