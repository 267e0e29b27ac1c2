import type { SessionRecord } from "@fleetbus/core";

/** What a line says of the fleet, beside the one it is for. */
export interface Surroundings {
  /** All that live, on every machine. */
  readonly live: readonly SessionRecord[];
  /** Dead letters; undefined while nobody could say. */
  readonly dead: number | undefined;
}

/** One who has a line: a session, or `me`. */
export interface Owner {
  readonly name: string;
  /** Messages that are held for it and have no end yet. */
  readonly mail: number;
  /** Until when a usage limit has parked it, RFC 3339. */
  readonly parkedUntil?: string | undefined;
  /** Whether it is itself among the living. */
  readonly isSession: boolean;
}

/** `[web · 2 peers · ✉ 1]`, and dead letters and parked sessions where there are any. Names are slugs: nothing to sanitise. */
export function renderLine(
  { name, mail, parkedUntil, isSession }: Owner,
  { live, dead = 0 }: Surroundings,
): string {
  const peers = live.length - (isSession ? 1 : 0);
  const parked = live.filter(({ state }) => state === "parked").length;
  const parts = [
    name,
    ...(parkedUntil === undefined ? [] : [`parked until ${parkedUntil.slice(0, 16)}Z`]),
    `${peers} ${peers === 1 ? "peer" : "peers"}`,
    `✉ ${mail}`,
    ...(dead > 0 ? [`${dead} dead`] : []),
    ...(parked > 0 ? [`${parked} parked`] : []),
  ];
  return `[${parts.join(" · ")}]`;
}

/** The keys under which a session's line may be asked for (packages/hooks/src/statusline/fleet-line.sh). */
export function keysOf({ name, cliSession, pane }: SessionRecord): readonly string[] {
  return [
    `name-${name}`,
    ...(cliSession === undefined ? [] : [`cli-${cliSession}`]),
    ...(pane?.mux === "tmux" ? [`pane-${pane.id},${pane.socket.replaceAll("/", ",")}`] : []),
  ];
}

/** Whether a mark may be a key: none is the daemon's own file beside the lines. */
export function isKey(name: string): boolean {
  return /^(?:name|cli|pane)-/.test(name);
}

/** The key of the human's own line. */
export const meKey = "name-me";
