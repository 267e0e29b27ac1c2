import { createHash } from "node:crypto";
import { join } from "node:path";
import { durableOf, FleetError, messageOf, requireToken, type Clock, type Paths } from "@fleetbus/core";
import { streamId } from "@fleetbus/core/bus";
import writeFileAtomic from "write-file-atomic";
import { sessionApiPrefix, trustOf, type Trust } from "./accounts.ts";
import { keysDir, loadKeys, type Keys } from "./keys.ts";
import { newNkey, type Nkey } from "./nkey.ts";
import { formatCreds, signToken } from "./token.ts";

/** A mailbox of a namespace (default `main`); `me` has one like a session. */
export interface SessionIdentity {
  readonly ns?: string;
  readonly machine: string;
  readonly session: string;
}

/** Who looks in with another NATS tool: the owner of the streams, the system account, or a session. */
export type ContextRole = "hub" | "system" | SessionIdentity;

/** What the `nats` CLI needs, under the names of its context files. */
export interface NatsContext {
  readonly description: string;
  readonly url: string;
  /** Path of a 0600 creds file. */
  readonly creds: string;
  /** Set where the credential may subscribe to nothing else. */
  readonly inbox_prefix?: string;
  /** Set where JetStream is an imported one. */
  readonly jetstream_api_prefix?: string;
}

/** The credentials of a server that fleet runs (NATS.md, "Credentials that hold"). Nothing here needs the server to run. */
export interface Credentials {
  /** What the server's config trusts. */
  readonly trust: Trust;
  /** A fresh creds text for the daemon: it owns streams, consumers and buckets of every namespace. */
  hubCredentials(): string;
  /**
   * A fresh creds text that can publish only as this mailbox and read only its durable; connect with `inboxPrefixOf`. No
   * reload. Takes well under a millisecond, all the same not for the ingest loop: mint on first need.
   * Throws `usage` for names outside the grammar.
   */
  mintSession(identity: SessionIdentity): string;
  /** Writes the role's creds file (0600) and says how to use it. */
  contextFor(role: ContextRole, url: string): Promise<NatsContext>;
}

/** Opens the credentials under `paths.serverDir`, making the keys on the first use. Throws as `loadKeys`. */
export async function openCredentials(deps: {
  readonly paths: Pick<Paths, "serverDir">;
  readonly clock: Clock;
}): Promise<Credentials> {
  const { clock } = deps;
  const keys = await loadKeys(deps.paths.serverDir, clock);
  const folder = keysDir(deps.paths.serverDir);
  return {
    trust: trustOf(keys),
    hubCredentials: () => mint(keys.hub, { name: "hub" }, clock),
    mintSession: (identity) => mintSession(keys, identity, clock),
    contextFor: (role, url) => contextFor(role, { url, keys, folder, clock }),
  };
}

/** The prefix of the only subjects that a session's credential may subscribe to. */
export function inboxPrefixOf(identity: SessionIdentity): string {
  return `_INBOX_${identity.ns ?? "main"}=${durableOf(identity)}`;
}

function mintSession(keys: Keys, identity: SessionIdentity, clock: Clock): string {
  const ns = requireToken(identity.ns ?? "main", "namespace");
  const machine = requireToken(identity.machine, "machine");
  const session = requireToken(identity.session, "session");
  const tags = [`ns:${ns}`, `m:${machine}`, `s:${session}`, `stream:${streamId(ns, "INBOX")}`];
  return mint(keys.sessions, { name: durableOf({ machine, session }), tags }, clock);
}

function mint(
  of: { readonly account: string; readonly signer: Nkey },
  user: { name: string; tags?: readonly string[] },
  clock: Clock,
) {
  const key = newNkey("user");
  const isScoped = user.tags !== undefined;
  const nats = {
    type: "user" as const,
    issuer_account: of.account,
    // A scoped user carries no permissions and no limits of its own: the signing key's template holds.
    ...(isScoped ? { tags: user.tags } : { pub: {}, sub: {}, subs: -1, data: -1, payload: -1 }),
  };
  return formatCreds(signToken({ name: user.name, sub: key.publicKey, nats }, of.signer, clock.now()), key);
}

interface ContextPlace {
  readonly url: string;
  readonly keys: Keys;
  readonly folder: string;
  readonly clock: Clock;
}

async function contextFor(role: ContextRole, place: ContextPlace): Promise<NatsContext> {
  if (role === "hub") {
    const creds = await save("hub", mint(place.keys.hub, { name: "hub" }, place.clock), place.folder);
    return { description: "fleet: streams, consumers and buckets", url: place.url, creds };
  }
  if (role === "system") {
    const creds = await save(
      "system",
      mint(place.keys.system, { name: "system" }, place.clock),
      place.folder,
    );
    return { description: "fleet: the server itself", url: place.url, creds };
  }
  const name = `${role.ns ?? "main"}=${durableOf(role)}`;
  const creds = await save(fileNameOf(name), mintSession(place.keys, role, place.clock), place.folder);
  return {
    description: `fleet: as ${name}`,
    url: place.url,
    creds,
    inbox_prefix: inboxPrefixOf(role),
    jetstream_api_prefix: sessionApiPrefix,
  };
}

async function save(name: string, creds: string, folder: string): Promise<string> {
  const file = join(folder, `${name}.creds`);
  try {
    await writeFileAtomic(file, creds, { mode: 0o600 });
    return file;
  } catch (error) {
    throw new FleetError("storage", `writing ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Three names of 63 characters can be longer than a file's name may be. */
function fileNameOf(name: string): string {
  if (name.length <= 120) return name;
  return `${name.slice(0, 100)}-${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
}
