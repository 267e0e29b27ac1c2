import { readFile } from "node:fs/promises";
import { connect, type MsgHdrs, type NatsConnection } from "nats";
import { startNatsServer, type NatsServer } from "../nats-server.ts";
import { eventually } from "../tmux.ts";

/** One message as another client saw it. Header names as they stand on the wire. */
export interface HeardMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Another NATS server with somebody who listens, by the previous generation's client. */
export interface NatsFar {
  readonly server: NatsServer;
  /** From now on it answers nothing, until it gets SIGCONT. */
  stall(): Promise<void>;
  /** All that came on `fleet-events.>`, oldest first: what a stream holds where it has one, else what a subscriber was given. */
  heard(): Promise<readonly HeardMessage[]>;
  close(): Promise<void>;
}

/** What the far side takes. */
export interface NatsFarOptions {
  /** A stream takes the subjects. */
  readonly hasStream?: boolean;
  /** More of the server's configuration. */
  readonly config?: string;
  /** Nobody listens. */
  readonly isDeaf?: boolean;
  /** How the listener logs in. */
  readonly login?: Parameters<typeof connect>[0];
}

const subjects = "fleet-events.>";
const stream = "FORWARDED";

/** Starts the server and the listener. */
export async function startNatsFar({
  hasStream = false,
  config,
  isDeaf = false,
  login,
}: NatsFarOptions = {}): Promise<NatsFar> {
  const server = await startNatsServer(config === undefined ? {} : { config });
  const listener = await connect({
    servers: server.url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    ...login,
  });
  const given: HeardMessage[] = [];
  if (hasStream) await addStream(listener);
  if (!isDeaf) listener.subscribe(subjects, { callback: (_, message) => void given.push(heardOf(message)) });
  await listener.flush();
  return {
    server,
    stall: () => stop(server),
    heard: async () => {
      if (hasStream) return storedIn(listener);
      await listener.flush();
      return given;
    },
    close: async () => {
      await listener.close();
      await server.stop();
    },
  };
}

/** Makes the stream that takes the forwarded events. */
export async function addStream(connection: NatsConnection): Promise<void> {
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: stream, subjects: [subjects] });
}

/** The signal alone is not it: the process goes on for a moment. */
async function stop(server: NatsServer): Promise<void> {
  await server.kill("SIGSTOP");
  await eventually(
    async () => (/\) T /.test(await readFile(`/proc/${server.pid}/stat`, "utf8")) ? true : undefined),
    () => "the server to stand still",
    5000,
  );
}

async function storedIn(connection: NatsConnection): Promise<readonly HeardMessage[]> {
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(stream);
  const seqs = Array.from({ length: state.messages }, (_, index) => state.first_seq + index);
  const messages = seqs.map(async (seq) => manager.streams.getMessage(stream, { seq }));
  return (await Promise.all(messages)).map(({ subject, header, data }) =>
    heardOf({ subject, headers: header, data }),
  );
}

function heardOf({ subject, headers, data }: RawMessage): HeardMessage {
  const all = [...(headers ?? [])].map(([name, values]) => [name, values[0] ?? ""] as const);
  return { subject, headers: Object.fromEntries(all), data: new TextDecoder().decode(data) };
}

interface RawMessage {
  readonly subject: string;
  readonly headers?: MsgHdrs;
  readonly data: Uint8Array;
}
