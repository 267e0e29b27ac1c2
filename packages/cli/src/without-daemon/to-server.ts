import {
  encodeMessage,
  FleetError,
  formatAddress,
  idSource,
  isToken,
  newMessage,
  type Address,
  type Message,
} from "@fleetbus/core";
import { connectBus, type Bus, type Outgoing, type Stored } from "@fleetbus/core/bus";
import {
  inboxPrefixOf,
  openCredentials,
  sessionApiPrefix,
  type SessionIdentity,
} from "@fleetbus/daemon/server";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import type { Saying } from "../commands/message/publish.ts";
import { readSettings } from "../settings/read-settings.ts";
import { lastServerUrl } from "./last-server.ts";

/**
 * Publishes with a credential of the SESSIONS account that can send as the caller alone. Only to one mailbox by its name:
 * groups are a daemon's business, as sessions may not publish casts. Rejects with `unavailable` where no server of
 * fleet's own answers, `not_found` for a target that only a daemon can resolve.
 */
export async function publishToServer(saying: Saying, context: Context): Promise<PublishAnswer> {
  const { world } = context;
  const { machine, ns } = await readSettings(context);
  const identity = { ns, machine, session: senderOf(saying, world.env) };
  const message = messageOf(saying, { from: identity, to: targetOf(saying.target, machine) }, context);
  const url = await lastServerUrl(context.paths());
  const bus = await connect(identity, url, context);
  const stored = await publishOn(bus, encodeMessage(ns, message));
  return {
    id: message.id,
    thread: message.thread,
    from: formatAddress(message.from),
    to: [formatAddress(message.to)],
    stage: "stored",
    isDuplicate: stored.isDuplicate,
    stream: stored.stream,
    seq: stored.seq,
  };
}

async function publishOn(bus: Bus, outgoing: Outgoing): Promise<Stored> {
  try {
    return await bus.publish(outgoing);
  } finally {
    await bus.close();
  }
}

/** The caller as nobody could check it: an agent, for a human unproved counts as one (DESIGN §1.5). */
function messageOf(
  saying: Saying,
  between: { readonly from: Address; readonly to: Address },
  { world }: Context,
): Message {
  const { target: _target, create: _create, from: _from, ...said } = saying;
  const { machine, session } = between.from;
  const input = { ...said, from: { machine, session }, to: between.to, origin: "agent" } as const;
  return newMessage(input, { clock: world.clock, ids: idSource(world.clock) });
}

function senderOf({ from }: Saying, env: Context["world"]["env"]): string {
  const name = from ?? env["FLEET_SESSION"] ?? "me";
  if (isToken(name)) return name;
  throw new FleetError("not_found", `sending as "${name}": only the daemon knows that session`);
}

/** Words that stand for somebody else's names need the daemon's registry. */
const resolved = ["all", "any", "parent", "fleet", "broadcast"];

function targetOf(target: string, own: string): Address {
  const [session = "", machine = own, ...more] = target.split("/").toReversed();
  if (more.length === 0 && isToken(session) && isToken(machine) && !resolved.includes(session))
    return { machine, session };
  throw new FleetError(
    "not_found",
    `resolving target "${target}" without the daemon: only a session's name will do`,
  );
}

async function connect(identity: SessionIdentity, servers: string, { paths, world }: Context) {
  const credentials = await openCredentials({ paths: paths(), clock: world.clock });
  return connectBus({
    servers,
    ns: identity.ns ?? "main",
    name: "fleet pub",
    credentials: { creds: credentials.mintSession(identity) },
    inboxPrefix: inboxPrefixOf(identity),
    apiPrefix: sessionApiPrefix,
    mode: "once",
    signal: world.signal,
    clock: world.clock,
  });
}
