import { createHash } from "node:crypto";
import { FleetError, timeLimit } from "@fleetbus/core";
import type { DeadView, Items } from "@fleetbus/core/api";
import type { Bus, Delivery, Incoming, Outgoing } from "@fleetbus/core/bus";
import type { Edge } from "./edge.ts";
import { gaveUp, newestFirst } from "./newest-first.ts";

const reasonHeader = "fleet-reason";
const subjectHeader = "fleet-subject";
const maxListed = 1000;

/** Puts what nobody can read or deliver into the dead letters, as it is, with the reason (DESIGN §3). */
export async function bury(
  edge: Pick<Edge, "bus" | "subjects">,
  consumer: string,
  letter: { delivery: Delivery; reason: string },
): Promise<void> {
  const { delivery, reason } = letter;
  const name = consumer.replace(/[^A-Za-z0-9_=-]/g, "-");
  const dedupeId = `dead ${name} ${delivery.subject} ${delivery.seq}`;
  await edge.bus.publish(letterOf(edge.subjects.dead(name), delivery, { reason, dedupeId }));
}

/** A dead letter of something as it was, or was to be, stored; `fleet dead retry` sends that again. */
export function letterOf(
  subject: string,
  content: Pick<Outgoing, "subject" | "headers" | "data">,
  { reason, dedupeId }: { readonly reason: string; readonly dedupeId: string },
): Outgoing {
  const { headers, data } = content;
  const added = { [reasonHeader]: encodeURIComponent(reason), [subjectHeader]: content.subject };
  return { subject, headers: { ...headers, ...added }, data, dedupeId };
}

/** Puts a dropped file that can never be sent into the dead letters. */
export async function buryFile(
  edge: Pick<Edge, "bus" | "subjects" | "machine">,
  { content, reason }: { readonly content: Buffer; readonly reason: string },
): Promise<void> {
  const digest = createHash("sha256").update(content).digest("hex");
  await edge.bus.publish({
    subject: edge.subjects.dead(`${edge.machine}=drop`),
    headers: { [reasonHeader]: encodeURIComponent(reason) },
    data: content,
    dedupeId: `dead drop ${digest}`,
  });
}

const listMs = 10_000;

/** All dead letters, oldest first, at most the newest thousand. Throws `pending` where that takes too long. */
export async function listDead(edge: Pick<Edge, "bus" | "subjects">): Promise<Items<DeadView>> {
  const subjects = [edge.subjects.dead()];
  const first = await newestFrom(edge, subjects, maxListed);
  const items: DeadView[] = [];
  const signal = timeLimit(listMs);
  const options = { subjects, from: { seq: first }, untilCaughtUp: true, signal };
  for await (const letter of edge.bus.read("DEAD", options)) items.push(viewOf(letter));
  if (signal.aborted) throw gaveUp(listing, listMs, items.length);
  return { items: items.slice(-maxListed) };
}

const listing = { doing: "listing dead letters", wayOut: "ask for one: `fleet dead show <number>`" };

/** Where the newest `count` begin. */
async function newestFrom(
  edge: Pick<Edge, "bus">,
  subjects: readonly string[],
  count: number,
): Promise<number> {
  const seqs: number[] = [];
  for await (const batch of newestFirst(edge.bus, { stream: "DEAD", subjects, ...listing })) {
    seqs.unshift(...batch.map(({ seq }) => seq));
    if (seqs.length >= count) break;
  }
  return seqs.at(-count) ?? seqs[0] ?? 1;
}

/** One dead letter. */
export async function showDead(bus: Bus, seq: number): Promise<DeadView> {
  return viewOf(await requireDead(bus, seq));
}

/** Publishes a dead letter again where it came from, then forgets it. */
export async function retryDead(bus: Bus, seq: number): Promise<DeadView> {
  const letter = await requireDead(bus, seq);
  const { [reasonHeader]: _reason, [subjectHeader]: subject, ...headers } = letter.headers;
  if (subject === undefined)
    throw new FleetError("failed", `retrying dead letter ${seq}: it does not say where it came from`);
  await bus.publish({
    subject,
    headers: withoutServerHeaders(headers),
    data: letter.data,
    dedupeId: `retry ${seq} ${letter.time}`,
  });
  await bus.erase("DEAD", seq);
  return viewOf(letter);
}

/** Forgets a dead letter. */
export async function dropDead(bus: Bus, seq: number): Promise<DeadView> {
  const letter = await requireDead(bus, seq);
  await bus.erase("DEAD", seq);
  return viewOf(letter);
}

async function requireDead(bus: Bus, seq: number): Promise<Incoming> {
  const letter = await bus.get("DEAD", seq);
  if (letter !== undefined) return letter;
  throw new FleetError(
    "not_found",
    `looking for dead letter ${seq}: there is none; \`fleet dead list\` shows them`,
  );
}

function withoutServerHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith("nats-")),
  );
}

function viewOf(letter: Incoming): DeadView {
  return {
    seq: letter.seq,
    consumer: letter.subject.split(".").at(-1) ?? "",
    time: new Date(letter.time).toISOString(),
    reason: decoded(letter.headers[reasonHeader] ?? "unknown"),
    subject: letter.headers[subjectHeader] ?? letter.subject,
    preview: Buffer.from(letter.data.subarray(0, 200)).toString("utf8"),
  };
}

/** A stranger's letter may say anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
