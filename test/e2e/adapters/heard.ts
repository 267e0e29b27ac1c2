import type { NatsConnection } from "nats";
import { z } from "zod";
import { fleetCommand } from "../../support/fleet/command.ts";
import type { Fleet } from "../../support/fleet/fleet.ts";

const inboxSchema = z.object({
  items: z.array(
    z.looseObject({
      ...{ id: z.string(), from: z.string().or(z.looseObject({})), body: z.string(), origin: z.string() },
      ...{ kind: z.string(), thread: z.string(), hop: z.number() },
    }),
  ),
});
const viewsSchema = z.object({
  items: z.array(
    z.looseObject({
      name: z.string(),
      state: z.string(),
      inbound: z.looseObject({ isListening: z.boolean(), taken: z.number(), refused: z.number() }).optional(),
    }),
  ),
});

/** What comes back by an adapter, as the daemon shows it. */
export async function inboundOf(fleet: Fleet, adapter: string) {
  const { items } = viewsSchema.parse((await fleet.api("GET", "/v1/adapters")).json);
  return items.find(({ name }) => name === adapter)?.inbound;
}

/** All that was ever stored for a session, as the command prints it. */
export async function inboxOf(fleet: Fleet, session: string) {
  const answer = await fleetCommand(fleet, ["inbox", "--session", session, "--all", "--json"]);
  return inboxSchema.parse(answer.json()).items;
}

/** What stands on the AUDIT stream. */
export async function auditLines(connection: NatsConnection): Promise<readonly unknown[]> {
  const consumer = await connection.jetstream().consumers.get("MAIN_AUDIT");
  const lines: unknown[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1000, expires: 2000 }))
    lines.push(message.json());
  return lines;
}
