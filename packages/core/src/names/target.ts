import { isSameAddress, type Address } from "./address.ts";
import { supervisorOf } from "./supervisor.ts";
import { ambiguousTarget, noParent, nobodyFree, unknownTarget, unusableTarget } from "./target-errors.ts";
import { isReserved, isToken, slug } from "./token.ts";
import { machinesOf, type TargetSession, type World } from "./world.ts";

/** Where a message goes: one mailbox, or a group as the subject grammar names it (`all`, `machine-lab`, `role-review`) with its members of now. */
export type Target =
  | { readonly type: "mailbox"; readonly address: Address; readonly isNew: boolean }
  | { readonly type: "group"; readonly group: string; readonly members: readonly Address[] };

/**
 * What `text` names (DESIGN §5 Targets), the first that fits: a well-known word (`me`, `parent`, `any`, `all`, `fleet`,
 * `broadcast`, `role:<r>`), `<machine>/<name>`, a session's name (this machine's own first), folder, CLI session id (or
 * 8 and more of its first characters), a machine. Among several, live ones here come first, then live ones elsewhere.
 * Throws `target_unknown` or `target_ambiguous` with `candidates` and `didYouMean` in the details; with `create` an
 * unknown name becomes a new mailbox, `usage` if no session could ever bear it.
 */
export function resolveTarget(
  text: string,
  world: World,
  options: { readonly create?: boolean } = {},
): Target {
  const asked = text.trim();
  const found =
    wellKnown(asked, world) ?? onMachine(asked, world) ?? oneOf(asked, world) ?? machineGroup(asked, world);
  if (found !== undefined) return found;
  if (options.create !== true) throw unknownTarget(asked, world);
  const [machine, session] = asked.includes("/") ? asked.split("/", 2) : [world.machine, asked];
  if (!isNameable(machine) || !isNameable(session) || asked.split("/").length > 2)
    throw unusableTarget(asked);
  return { type: "mailbox", address: { machine, session }, isNew: true };
}

function wellKnown(asked: string, world: World): Target | undefined {
  const word = asked.toLowerCase();
  if (word === "me") return mailbox({ machine: world.machine, session: "me" });
  if (word === "all" || word === "fleet" || word === "broadcast") return group("all", world, () => true);
  if (word === "any") return whoIsFree(asked, world.sessions, world);
  if (word === "parent") return parentOf(world);
  if (!word.startsWith("role:")) return undefined;
  const role = slug(word.slice("role:".length));
  const found = group(`role-${role}`, world, (each) => each.role !== undefined && slug(each.role) === role);
  if (!world.sessions.some((each) => each.role !== undefined && slug(each.role) === role)) {
    throw unknownTarget(asked, world);
  }
  return found;
}

function parentOf(world: World): Target {
  const { self } = world;
  const me = self && world.sessions.find((each) => isSameAddress(addressOf(each), self));
  const parent = me && supervisorOf(me, world);
  if (parent === undefined) throw noParent(self);
  return mailbox(parent);
}

function whoIsFree(asked: string, sessions: readonly TargetSession[], world: World): Target {
  const free = sessions
    .filter((each) => each.state === "idle" && each.hooked && each.wake && !isSelf(each, world))
    .toSorted((a, b) => (a.stateSince < b.stateSince ? -1 : 1));
  const [first] = free.filter((each) => each.machine === world.machine).concat(free);
  if (first === undefined) throw nobodyFree(asked, world);
  return mailbox(addressOf(first));
}

function onMachine(asked: string, world: World): Target | undefined {
  const [first = "", name = "", ...rest] = asked.split("/");
  const machine = first.toLowerCase();
  if (rest.length > 0 || name === "" || !machinesOf(world).includes(machine)) return undefined;
  const word = name.toLowerCase();
  if (word === "all") return machineGroup(machine, world);
  if (word === "me") return mailbox({ machine, session: "me" });
  const there = world.sessions.filter((each) => each.machine === machine);
  if (word === "any") return whoIsFree(asked, there, world);
  return named(name, { ...world, machine, sessions: there, mailboxes: mailboxesOn(machine, world) });
}

function mailboxesOn(machine: string, { mailboxes = [] }: World): readonly Address[] {
  return mailboxes.filter((each) => each.machine === machine);
}

function oneOf(asked: string, world: World): Target | undefined {
  return named(asked, world) ?? inFolder(asked, world) ?? withId(asked, world);
}

function named(asked: string, world: World): Target | undefined {
  const name = asked.toLowerCase();
  const boxes = (world.mailboxes ?? []).filter((each) => each.session === name);
  const own = [...boxes, ...world.sessions.filter((each) => each.name === name).map(addressOf)];
  const here = own.find((each) => each.machine === world.machine);
  if (here !== undefined) return mailbox(here);
  const elsewhere = world.sessions.filter((each) => each.name === name);
  const [box] = boxes;
  if (elsewhere.length === 0 && box !== undefined && boxes.length === 1) return mailbox(box);
  return only(asked, elsewhere, world) ?? only(asked, displayed(asked, world), world);
}

function displayed(asked: string, { sessions }: World): readonly TargetSession[] {
  return sessions.filter((each) => each.display.toLowerCase() === asked.toLowerCase());
}

function inFolder(asked: string, world: World): Target | undefined {
  const isPath = asked.startsWith("/");
  const is = ({ cwd }: TargetSession) => (isPath ? cwd === asked : cwd?.split("/").at(-1) === asked);
  return asked === "" ? undefined : only(asked, world.sessions.filter(is), world);
}

const minIdLength = 8;

function withId(asked: string, world: World): Target | undefined {
  const is = ({ cliSession }: TargetSession) =>
    asked.length >= minIdLength && cliSession?.startsWith(asked) === true;
  return only(asked, world.sessions.filter(is), world);
}

/** The one that is meant, undefined for none; throws where several are. */
function only(asked: string, matches: readonly TargetSession[], world: World): Target | undefined {
  const here = (each: TargetSession) => each.machine === world.machine;
  const live = matches.filter(isLive);
  const ranks = [live.filter(here), live, matches.filter(here), matches];
  const [first, ...others] = ranks.find((rank) => rank.length > 0) ?? [];
  if (first === undefined) return undefined;
  if (others.length > 0) throw ambiguousTarget(asked, [first, ...others]);
  return mailbox(addressOf(first));
}

function machineGroup(asked: string, world: World): Target | undefined {
  const machine = asked.toLowerCase();
  if (!machinesOf(world).includes(machine)) return undefined;
  return group(`machine-${machine}`, world, (each) => each.machine === machine);
}

function group(name: string, world: World, is: (session: TargetSession) => boolean): Target {
  const members = world.sessions.filter((each) => isLive(each) && is(each) && !isSelf(each, world));
  return { type: "group", group: name, members: members.map(addressOf) };
}

function mailbox(address: Address): Target {
  return { type: "mailbox", address, isNew: false };
}

function addressOf({ machine, name }: TargetSession): Address {
  return { machine, session: name };
}

function isSelf(session: TargetSession, { self }: World): boolean {
  return self !== undefined && isSameAddress(addressOf(session), self);
}

function isLive({ state }: TargetSession): boolean {
  return state !== "ended" && state !== "lost";
}

function isNameable(text: string | undefined): text is string {
  return text !== undefined && isToken(text) && !isReserved(text);
}
