import { z } from "zod";
import { FleetError, originSchema, type FleetEvent, type Priority } from "@fleetbus/core";
import type { AdapterSendView, AdapterView, ExplainAnswer, Identity, Items } from "@fleetbus/core/api";
import { sampleOf } from "../host/notice/template/samples.ts";
import { ownerOf, type Edge } from "./edge.ts";
import { newestFirst } from "./newest-first.ts";

/** What people ask of a machine's adapters. All that takes a name rejects with `not_found` and the names there are. */
export interface AdapterDesk {
  list(): Items<AdapterView>;
  show(name: string): Promise<AdapterView>;
  pause(asked: { readonly name: string; readonly reason?: string | undefined }): Promise<AdapterView>;
  resume(asked: { readonly name: string }): Promise<AdapterView>;
  test(asked: Tested): Promise<AdapterSendView>;
  send(who: Identity, asked: Sent): Promise<AdapterSendView>;
  explain(asked: Explained): Promise<ExplainAnswer>;
}

interface Tested {
  readonly name: string;
  readonly kind?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

interface Sent {
  readonly name: string;
  readonly text: string;
  readonly title?: string | undefined;
  readonly priority?: Priority | undefined;
}

interface Explained {
  readonly id?: string | undefined;
  readonly event?: Readonly<Record<string, unknown>> | undefined;
  readonly kind?: string | undefined;
}

/** The adapters' part of the desk. */
export function adapterDesk(edge: Edge): AdapterDesk {
  const { host } = edge;
  return {
    list: () => ({ items: host.views() }),
    show: (name) => host.show(name),
    pause: ({ name, reason }) => host.pause(name, reason ?? "paused by hand"),
    resume: ({ name }) => host.resume(name),
    test: ({ name, kind = "notification.raised", dryRun = false }) =>
      host.send(name, { ...sampleOf(kind), ...stampOf(edge) }, { isDryRun: dryRun }),
    send: (who, asked) => host.send(asked.name, said(edge, who, asked)),
    explain: async (asked) => {
      const event = await eventOf(edge, asked);
      return { event, items: await host.explain(event) };
    },
  };
}

/** A test says who it is from: this machine's human. */
function stampOf(edge: Edge): Pick<FleetEvent, "id" | "time" | "from"> {
  return { id: edge.ids(), time: new Date(edge.clock.now()).toISOString(), from: ownerOf(edge, "me") };
}

function said(edge: Edge, { machine, session, origin }: Identity, asked: Sent): FleetEvent {
  const { text, title, priority } = asked;
  const data = {
    text,
    ...(title === undefined ? {} : { title }),
    ...(priority === undefined ? {} : { priority }),
  };
  return { ...stampOf(edge), from: { machine, session }, kind: "notification.raised", origin, data };
}

async function eventOf(edge: Edge, { id, event, kind }: Explained): Promise<FleetEvent> {
  if (kind !== undefined) return { ...sampleOf(kind), ...stampOf(edge) };
  if (event !== undefined) return readEvent(event);
  return findEvent(edge, id ?? "");
}

const eventSchema = z.object({
  id: z.string(),
  kind: z.string(),
  from: z.object({ machine: z.string(), session: z.string() }),
  time: z.string(),
  origin: originSchema,
  data: z.record(z.string(), z.unknown()),
});

function readEvent(value: unknown): FleetEvent {
  const parsed = eventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new FleetError("malformed", `reading the event: ${problems.join("; ")}`, { details: { problems } });
}

async function findEvent(edge: Edge, ref: string): Promise<FleetEvent> {
  const doing = `looking for event "${ref}"`;
  const subjects = [edge.subjects.event({})];
  const search = { stream: "EVENTS", subjects, doing, wayOut: "give its JSON as a file" } as const;
  for await (const batch of newestFirst(edge.bus, search)) {
    const found = batch.filter(({ headers }) => headers["ce-id"]?.endsWith(ref) === true);
    if (found.length > 1 && !found.some(({ headers }) => headers["ce-id"] === ref))
      throw new FleetError(
        "target_ambiguous",
        `${doing}: ${found.length} end like that; give more of the id`,
      );
    const seq = found[0]?.seq;
    const whole = seq === undefined ? undefined : await edge.bus.get("EVENTS", seq);
    if (whole !== undefined) return edge.codec.decodeEvent(whole);
  }
  throw new FleetError("not_found", `${doing}: there is none in EVENTS; fleet events lists them`);
}
