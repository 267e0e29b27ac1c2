import { FleetError } from "../errors/fleet-error.ts";
import { formatAddress, type Address } from "./address.ts";
import { nearest } from "./nearest.ts";
import { machinesOf, type TargetSession, type World } from "./world.ts";

/** One mailbox that could have been meant, as `details.candidates` lists it. */
export interface Candidate {
  readonly address: string;
  readonly state?: string;
  readonly cwd?: string;
  readonly cliSession?: string;
}

/** No mailbox of that name: `target_unknown`, with every mailbox there is and the nearest names. */
export function unknownTarget(asked: string, world: World): FleetError {
  const candidates = [...world.sessions.map(candidateOf), ...(world.mailboxes ?? []).map(emptyCandidate)];
  const didYouMean = nearest(asked, wordsOf(world));
  const way =
    didYouMean.length > 0
      ? `did you mean ${didYouMean.join(" or ")}?`
      : `there ${candidates.length === 1 ? "is" : "are"} ${list(candidates)}`;
  const text = `resolving target "${asked}": no mailbox of that name; ${way} (--create makes a new one)`;
  return new FleetError("target_unknown", text, { details: { target: asked, candidates, didYouMean } });
}

/** Several mailboxes match: `target_ambiguous`, with each of them. */
export function ambiguousTarget(asked: string, matches: readonly TargetSession[]): FleetError {
  const candidates = matches.map(candidateOf);
  const text = `resolving target "${asked}": it could be ${list(candidates)}; say which, as <machine>/<name>`;
  const didYouMean = candidates.map(({ address }) => address);
  return new FleetError("target_ambiguous", text, { details: { target: asked, candidates, didYouMean } });
}

/** `any` while nobody is idle. */
export function nobodyFree(asked: string, world: World): FleetError {
  const candidates = world.sessions.map(candidateOf);
  const text = `resolving target "${asked}": no session is idle now; name one and its inbox keeps the message`;
  return new FleetError("target_unknown", text, { details: { target: asked, candidates, didYouMean: [] } });
}

/** `parent` of somebody who has none. */
export function noParent(self: Address | undefined): FleetError {
  const who =
    self === undefined || self.session === "me" ? "this is no session" : `${formatAddress(self)} has none`;
  const text = `resolving target "parent": ${who}; set one with parent = "<name>" under [[session]] in fleet.toml`;
  return new FleetError("target_unknown", text, {
    details: { target: "parent", candidates: [], didYouMean: [] },
  });
}

/** A mailbox that `--create` cannot make. */
export function unusableTarget(asked: string): FleetError {
  const text = `creating mailbox "${asked}": use <name> or <machine>/<name> of a-z, 0-9, - and _, and no reserved word`;
  return new FleetError("usage", text, { details: { target: asked } });
}

function candidateOf({ machine, name, state, cwd, cliSession }: TargetSession): Candidate {
  const place = {
    ...(cwd === undefined ? {} : { cwd }),
    ...(cliSession === undefined ? {} : { cliSession }),
  };
  return { address: formatAddress({ machine, session: name }), state, ...place };
}

function emptyCandidate(address: Address): Candidate {
  return { address: formatAddress(address) };
}

function wordsOf(world: World): readonly string[] {
  const names = world.sessions.flatMap(({ machine, name, role }) => [
    name,
    `${machine}/${name}`,
    ...(role === undefined ? [] : [`role:${role}`]),
  ]);
  const machines = machinesOf(world);
  const boxes = (world.mailboxes ?? []).flatMap((each) => [each.session, formatAddress(each)]);
  return [
    ...names,
    ...boxes,
    ...machines,
    ...machines.map((each) => `${each}/all`),
    "all",
    "parent",
    "broadcast",
  ];
}

const maxListed = 8;

function list(candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return "no sessions yet";
  const shown = candidates
    .slice(0, maxListed)
    .map(({ address, cwd }) => (cwd ? `${address} (${cwd})` : address));
  const more = candidates.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
