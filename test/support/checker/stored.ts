import { connect, credsAuthenticator, type NatsConnection } from "nats";
import { z } from "zod";

/** How to reach the server under test, with the `nats` package and none of fleet's own code. */
export interface Place {
  readonly url: string;
  readonly creds: string;
}

/** One message as the server keeps it. */
export interface StoredMessage {
  readonly seq: number;
  readonly subject: string;
  /** The envelope's id. */
  readonly id: string;
  readonly text: string;
}

/** What a receipt says, as far as the checker asks. */
export interface StoredReceipt {
  readonly id: string;
  readonly stage: string;
  readonly to: string;
  readonly time: string;
  /** Proof, outcome and reason, as far as there are any. */
  readonly detail: string;
}

/** Connects as the hub does. */
export function connectAsChecker({ url, creds }: Place): Promise<NatsConnection> {
  return connect({
    servers: url,
    authenticator: credsAuthenticator(new TextEncoder().encode(creds)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
}

/** Everything that a stream holds, in its order. */
export async function readStored(
  connection: NatsConnection,
  stream: string,
): Promise<readonly StoredMessage[]> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(stream);
  if (state.messages === 0) return [];
  const consumer = await connection.jetstream().consumers.get(stream);
  const found: StoredMessage[] = [];
  for await (const message of await consumer.consume()) {
    const text = message.string();
    const id = message.headers?.get("ce-id") ?? "";
    found.push({ seq: message.seq, subject: message.subject, id, text });
    if (message.seq >= state.last_seq) break;
  }
  return found;
}

const receiptSchema = z.object({
  id: z.string(),
  stage: z.string(),
  to: z.object({ machine: z.string(), session: z.string() }),
  time: z.string(),
  proof: z.string().optional(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
});

/** All receipts. */
export async function readReceipts(connection: NatsConnection): Promise<readonly StoredReceipt[]> {
  const stored = await readStored(connection, "MAIN_RECEIPTS");
  return stored.map(({ text }) => {
    const { id, stage, to, time, ...rest } = receiptSchema.parse(JSON.parse(text));
    const detail = [rest.proof, rest.outcome, rest.reason].filter((part) => part !== undefined).join(", ");
    return { id, stage, to: `${to.machine}/${to.session}`, time, detail };
  });
}

const recordSchema = z.object({
  state: z.string(),
  stateSince: z.string(),
});

/** What each session was last saved as, by `<machine>/<session>`: `idle since <time>`. Those that were removed are left out. */
export async function readStates(connection: NatsConnection): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  for (const { subject, text } of await readStored(connection, "KV_MAIN_sessions")) {
    const place = subject.split(".").slice(2).join("/");
    if (text === "") {
      states.delete(place);
      continue;
    }
    const { state, stateSince } = recordSchema.parse(JSON.parse(text));
    states.set(place, `${state} since ${stateSince}`);
  }
  return states;
}
