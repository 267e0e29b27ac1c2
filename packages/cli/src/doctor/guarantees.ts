import type { StatusAnswer } from "@fleetbus/core/api";

/** Who keeps a promise: the NATS server's accounts, the operating system, the daemon's own checks, or nobody. */
export type Holder = "server" | "operating system" | "daemon" | "good manners";

/** One promise about who may do what, and who keeps it. */
export interface Guarantee {
  readonly heldBy: Holder;
  readonly text: string;
}

/** Where they are to hold. */
export interface SecurityFacts {
  readonly server: Pick<StatusAnswer["server"], "isManaged" | "url">;
  /** The daemon's socket with its mode. */
  readonly socket: string;
  readonly dataDir: string;
}

/** What holds with a server of fleet's own, or on somebody else's with one credential (DESIGN §1.5, §9; adr/0006). */
export function guaranteesOf(facts: SecurityFacts): readonly Guarantee[] {
  const onServer = facts.server.isManaged ? byAccounts : byCredential(facts.server.url);
  return [...onServer, ...everywhere(facts)];
}

/** Two accounts and scoped keys: a credential of a session says no more than the signer's template. */
const byAccounts: readonly Guarantee[] = [
  "a session's credential publishes messages and events only under its own name",
  "it reads its own inbox and no other",
  "it makes no consumer, purges, rolls up or schedules nothing, and cannot broadcast: only a daemon's credential can",
].map((text) => ({ heldBy: "server", text }));

function byCredential(url: string): readonly Guarantee[] {
  return [
    {
      heldBy: "server",
      text: `whoever has no credential for ${url} is kept out, as far as that server is set up so`,
    },
    {
      heldBy: "good manners",
      text: `one credential serves all: whoever holds it can publish under any session's name, read any inbox and empty any stream; a server of fleet's own (fleet up without --connect) enforces these`,
    },
  ];
}

function everywhere({ socket, dataDir }: SecurityFacts): readonly Guarantee[] {
  return [
    {
      heldBy: "operating system",
      text: `only your Unix user talks to the daemon: ${socket}; HTTP is on loopback, with a token`,
    },
    { heldBy: "operating system", text: `keys and credentials in ${dataDir} are for your Unix user alone` },
    { heldBy: "daemon", text: "no message grants a permission: a hook never answers allow" },
    { heldBy: "daemon", text: "an agent sends as itself; --from is for a human, and within this machine" },
    {
      heldBy: "good manners",
      text: "who of your own processes is speaking, human or which agent, follows from the pid that the caller names: Node cannot see the socket's peer credentials, so a process of your user can claim another's pid and pass for you",
    },
    {
      heldBy: "good manners",
      text: "an agent that runs as your Unix user can read your keys; give it a user of its own where that matters",
    },
  ];
}
