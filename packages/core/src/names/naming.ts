import { FleetError } from "../errors/fleet-error.ts";
import { sanitiseLine } from "../message/sanitise.ts";
import type { SessionRecord } from "../session/record.ts";
import { isReserved, isToken, reservedNames, slug } from "./token.ts";

/** What is known of a CLI process that needs a name. */
export interface NamingFacts {
  /** `FLEET_SESSION`, as a person set it. */
  readonly fleetSession?: string | undefined;
  readonly cliSession?: string | undefined;
  readonly pid?: number | undefined;
  readonly pane?: { readonly socket: string; readonly id: string } | undefined;
  readonly cwd?: string | undefined;
  /** The multiplexer window; only a name that a person gave counts. */
  readonly window?: { readonly name: string; readonly isAutomatic: boolean } | undefined;
}

/** What naming needs of a session of this machine, live or gone. */
export type NamedSession = Pick<
  SessionRecord,
  "name" | "display" | "state" | "cliSession" | "pid" | "pane" | "cwd" | "seenAt"
>;

/** A name with the reason for it. */
export interface ChosenName {
  /** A token that is neither reserved nor taken. */
  readonly name: string;
  /** As a person wrote it. */
  readonly display: string;
  readonly because: "FLEET_SESSION" | "same session" | "same process" | "same place" | "window" | "folder";
  /** A `FLEET_SESSION` that nobody may bear, and so was passed over. */
  readonly refused?: string;
}

/**
 * The name of a session (DESIGN §2), the first of: the name that the same process bears (after `/clear`, also when it was
 * renamed); `FLEET_SESSION`; the name it had before, being the same CLI session or a restart in the same pane and
 * folder; the window's name if a person gave it; the folder's basename. `taken` holds the names of the machine's live
 * sessions, a collision gets -2, -3. `history` is every session of the machine that is
 * remembered; what has died is marked so before (a live session's pane is never taken over: a CLI that an agent starts
 * has its pane and folder). Never throws: a session with a bad name is a session still.
 */
export function chooseName(
  facts: NamingFacts,
  taken: ReadonlySet<string>,
  history: readonly NamedSession[],
): ChosenName {
  const same = history.find((session) => isAlive(session) && isSame(facts.pid, session.pid));
  if (same !== undefined) return { name: same.name, display: same.display, because: "same process" };
  const wish = displayable(facts.fleetSession);
  const isRefused = isReserved(wish.toLowerCase());
  const chosen = wish !== "" && !isRefused ? wished(wish) : (hadBefore(facts, history) ?? described(facts));
  const name = withoutCollision(chosen.name, taken);
  return { ...chosen, name, ...(isRefused ? { refused: wish } : {}) };
}

/** A name that a person asks for by hand (`fleet rename`, `--name`); throws `usage` for a reserved or empty one. */
export function requireName(text: string): { readonly name: string; readonly display: string } {
  const display = displayable(text);
  if (display === "") throw new FleetError("usage", "naming a session: the name is empty");
  if (!isReserved(display.toLowerCase())) return wished(display);
  const names = reservedNames.join(", ");
  throw new FleetError("usage", `naming a session "${display}": reserved (${names})`, {
    details: { reserved: reservedNames },
  });
}

function wished(display: string): ChosenName {
  return { name: isToken(display) ? display : slug(display), display, because: "FLEET_SESSION" };
}

function hadBefore(facts: NamingFacts, history: readonly NamedSession[]): ChosenName | undefined {
  const newestFirst = history.toSorted((a, b) => (a.seenAt < b.seenAt ? 1 : -1));
  const session = newestFirst.find((each) => isSame(facts.cliSession, each.cliSession));
  if (session !== undefined) return { name: session.name, display: session.display, because: "same session" };
  const place = newestFirst.find((each) => !isAlive(each) && isSamePlace(facts, each));
  return place && { name: place.name, display: place.display, because: "same place" };
}

function isSamePlace({ pane, cwd }: NamingFacts, session: NamedSession): boolean {
  return (
    isSame(pane?.id, session.pane?.id) &&
    isSame(pane?.socket, session.pane?.socket) &&
    isSame(cwd, session.cwd)
  );
}

function isAlive({ state }: NamedSession): boolean {
  return state !== "ended" && state !== "lost";
}

function isSame(a: unknown, b: unknown): boolean {
  return a !== undefined && a === b;
}

/** Names that a window has because of what runs in it, also where automatic renaming is off. */
const programs = new Set([
  "bash",
  "zsh",
  "sh",
  "fish",
  "dash",
  "tmux",
  "node",
  "claude",
  "codex",
  "gemini",
  "grok",
]);

function described({ window, cwd }: NamingFacts): ChosenName {
  const title = window === undefined || window.isAutomatic ? "" : displayable(window.name);
  if (title !== "" && !programs.has(title.toLowerCase())) {
    return { name: slug(title), display: title, because: "window" };
  }
  const folder = cwd?.split("/").findLast((part) => part !== "") ?? "";
  return { name: slug(folder), display: displayable(folder) || "session", because: "folder" };
}

const maxDisplayBytes = 120;

/** Names come from outside and are printed in lists. */
function displayable(text = ""): string {
  return sanitiseLine(text, { maxBytes: maxDisplayBytes });
}

const maxToken = 63;

function withoutCollision(base: string, taken: ReadonlySet<string>): string {
  if (!taken.has(base)) return base;
  for (let n = 2; ; n += 1) {
    const suffix = `-${n}`;
    const name = base.slice(0, maxToken - suffix.length) + suffix;
    if (!taken.has(name)) return name;
  }
}
