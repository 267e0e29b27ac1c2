import { systemClock } from "@fleetbus/core";
import { connectBus, inboxConsumer, type JetStreamBus } from "@fleetbus/core/bus";
import {
  inboxPrefixOf,
  openCredentials,
  type Credentials,
  type ManagedServer,
  type SessionIdentity,
} from "@fleetbus/daemon/server";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { connect as connectIndependent, credsAuthenticator, type NatsConnection } from "nats";
import { connectAsHub, serverFolder, start, type Cleanup } from "./server-fixture.ts";

export const web = { machine: "lab", session: "web" };
export const api = { machine: "lab", session: "api" };

/** A managed server with the layouts of two namespaces, and inboxes of lab/web and lab/api in both. */
export interface World {
  readonly server: ManagedServer;
  readonly credentials: Credentials;
  readonly main: JetStreamBus;
  readonly other: JetStreamBus;
  readonly manager: JetStreamManager;
}

export async function world(owner: Cleanup): Promise<World> {
  const folder = await serverFolder(owner);
  const server = await start(folder, owner);
  const credentials = await openCredentials({ paths: { serverDir: folder }, clock: systemClock });
  const bus = async (ns: string) => {
    const opened = await connectBus({
      servers: server.status().url,
      ns,
      name: "registrar",
      credentials: { creds: credentials.hubCredentials() },
      mode: "once",
    });
    owner.add(() => opened.close());
    await opened.ensureLayout();
    for (const mailbox of [web, api]) await opened.consumer(inboxConsumer(ns, mailbox));
    return opened;
  };
  const manager = await jetstreamManager(await connectAsHub(server, folder, owner));
  return { server, credentials, main: await bus("main"), other: await bus("other"), manager };
}

/** A session's connection by the independent client (the `nats` package, previous generation). */
export async function connectAs(
  at: World,
  identity: SessionIdentity,
  owner: Cleanup,
): Promise<NatsConnection> {
  const connection = await connectIndependent({
    servers: at.server.status().url,
    authenticator: credsAuthenticator(new TextEncoder().encode(at.credentials.mintSession(identity))),
    inboxPrefix: inboxPrefixOf(identity),
    reconnect: false,
  });
  owner.add(() => connection.close());
  return connection;
}

/** Everything stored in every stream, buckets included, and where each consumer stands. */
export async function contents(at: World): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  for await (const stream of at.manager.streams.list()) {
    const { config, state } = await at.manager.streams.info(stream.config.name, { subjects_filter: ">" });
    found[config.name] = {
      config,
      messages: state.messages,
      lastSeq: state.last_seq,
      subjects: state.subjects,
      consumers: state.consumer_count,
    };
    for await (const consumer of at.manager.consumers.list(config.name)) {
      const { name, ack_floor, num_pending, num_ack_pending, delivered } = consumer;
      found[`${config.name} ${name}`] = {
        ack_floor: ack_floor.stream_seq,
        num_pending,
        num_ack_pending,
        delivered: delivered.stream_seq,
      };
    }
  }
  return found;
}
