import {
  cliFactsSchema,
  FleetError,
  paneSchema,
  type Address,
  type CliFacts,
  type Clock,
  type FleetEvent,
  type IdSource,
  type PtyFact,
  type SessionConfig,
} from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";
import type { Outbox } from "../disk/outbox.ts";
import type { Matched } from "../life/session-rules.ts";
import { innerPane } from "../session/inner-pane.ts";
import type { Registry } from "../session/registry.ts";
import type { Cli, HookCall, Translated } from "./cli-port.ts";
import type { Conversation } from "./conversation.ts";
import { endWork } from "./end-work.ts";
import { noncesOf } from "./folding.ts";
import type { PayloadGaps } from "./payload-gaps.ts";

/** What a hook is told: what to print, and whom to tell that it was written. */
export interface HookAnswer {
  /** Empty: nothing to print. */
  readonly body: string;
  /** To be called once, with whether the answer went out whole. */
  settle(isWritten: boolean): void;
}

/** What taking in hooks needs. */
export interface HookDeps {
  readonly machine: string;
  /** By the name in a call, as the config is now. */
  clis(): ReadonlyMap<string, Cli>;
  readonly registry: Pick<Registry, "identify" | "apply" | "find">;
  readonly outbox: Pick<Outbox, "add">;
  readonly conversation: Pick<Conversation, "take">;
  readonly gaps: Pick<PayloadGaps, "note">;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** The event as it is published, redacted as the policy asks. */
  encode(event: FleetEvent): Outgoing;
  /** When a process began (session/process.ts). */
  startOf(pid: number): string | undefined;
  hasTerminal(pid: number): Promise<boolean>;
  /** The terminal of `fleet wrap` that a process runs in. */
  ptyOf(pid: number): Promise<PtyFact | undefined>;
  /** By which rung fleet brought a prompt with these nonces. */
  rungOf(session: string, nonces: readonly string[]): string | undefined;
  /** What the machine's config says of a session. */
  rules(session: Matched): Partial<SessionConfig>;
  /** A name for a session that is new or back (core: chooseName). */
  name(call: HookCall, facts: CliFacts): Promise<{ readonly name: string; readonly display: string }>;
  /** A session's mailbox, new or open; it may be filled later. */
  open(owner: Address): Promise<void>;
  onError(error: unknown, doing: string): void;
}

/** How long a session's first hook waits for its mailbox, so that its answer can hold what already lies there. */
const openMs = 300;

/** Hooks of one moment may overtake each other by so much. */
const clockSlackMs = 1000;

const nothing: HookAnswer = { body: "", settle: () => undefined };

/**
 * Takes in one hook: payload → event → session state → what its inbox offers (DESIGN §5). Resolves when the event is
 * on disk; with what the hook prints. Of a dropped file nobody reads an answer (`isAnswered` false): nothing is offered.
 */
export async function takeHook(told: HookCall, deps: HookDeps, isAnswered = true): Promise<HookAnswer> {
  const cli = deps.clis().get(told.cli);
  if (cli === undefined)
    throw new FleetError("not_found", `taking in a hook of "${told.cli}": fleet does not know this CLI`);
  const call = { ...told, event: cli.nameOf(told) };
  deps.gaps.note(call, cli.missing(call));
  const said = cli.translate(isAnswered ? await withTerminal(call, cli, deps) : call);
  const translated = isAnswered ? await Promise.all(said.map((each) => withProcess(each, deps))) : said;
  const [first] = translated;
  if (first === undefined) return nothing;
  if (isEndOfUnknown(first, deps)) return nothing;
  const owner = await sessionOf(call, first, deps);
  const events = translated.map((each) => eventOf(withRules(each, owner, deps), owner, { call, deps }));
  const onDisk = deps.outbox.add(events.map(deps.encode));
  const offered = await deps.conversation.take({ call, cli, events, isAnswered }).catch((error: unknown) => {
    // The event is told apart from what could be offered with it.
    deps.onError(error, `answering ${call.event} of ${owner.session}`);
    return undefined;
  });
  await onDisk.catch((error: unknown) => {
    offered?.settle(false);
    throw error;
  });
  return offered ?? nothing;
}

/** Only of a CLI that goes by it; whoever waits for an answer runs. */
async function withTerminal(
  call: HookCall,
  { isOwnProcess }: Pick<Cli, "isOwnProcess">,
  deps: Pick<HookDeps, "hasTerminal">,
): Promise<HookCall & { readonly hasTerminal?: boolean }> {
  if (isOwnProcess !== "at a terminal" || call.pid === undefined) return call;
  return { ...call, hasTerminal: await deps.hasTerminal(call.pid) };
}

/** Whoever waits for an answer runs: its pid is its own now, and comes again later. Of a file's nothing is known. */
async function withProcess({ kind, data }: Translated, { startOf, ptyOf }: HookDeps): Promise<Translated> {
  const { pid } = data;
  if (typeof pid !== "number") return { kind, data };
  const told = paneSchema.optional().safeParse(data["pane"]).data;
  const procStart = startOf(pid);
  const [pty, pane] = await Promise.all([ptyOf(pid), told && innerPane(pid, told)]);
  return { kind, data: { ...data, ...given({ procStart, pty, pane }) } };
}

/** Nobody knew that it was there (Codex ends threads that were never prompted): there is nothing to tell of it. */
function isEndOfUnknown({ kind, data }: Translated, { registry }: HookDeps): boolean {
  return kind === "session.ended" && registry.identify(cliFactsSchema.parse(data)) === undefined;
}

/** The session that a call belongs to; one that is new, or back, is registered by an event of its own. */
async function sessionOf(call: HookCall, first: Translated, deps: HookDeps): Promise<Address> {
  const facts = cliFactsSchema.parse(first.data);
  const known = deps.registry.identify(facts);
  if (known !== undefined) return withMailbox({ machine: deps.machine, session: known.name }, deps);
  const { name, display } = await deps.name(call, facts);
  const owner = { machine: deps.machine, session: name };
  await Promise.race([deps.open(owner), deps.clock.sleep(openMs)]).catch(() => undefined); // opened again when the server is there
  if (first.kind === "session.started") return owner;
  // Only a start's own translation tells them, and this session's was missed: installed or restarted while it ran.
  const { role, parent } = call;
  const { data } = withRules(
    {
      kind: "session.started",
      data: { ...first.data, ...given({ role, parent }), display, reason: "hooked" },
    },
    owner,
    deps,
  );
  // Not now: the hook may come from a file, and would count as older than its session.
  const started = { ...stamp(owner, deps), time: call.time, kind: "session.started", data };
  await deps.outbox.add([deps.encode(started)]);
  deps.registry.apply(started);
  return owner;
}

/** One that could not be opened when the session came is opened with a later hook. */
function withMailbox(owner: Address, deps: HookDeps): Address {
  deps.open(owner).catch(() => undefined); // the next hook tries again
  return owner;
}

/** A start carries role and parent: those of the CLI's environment, else those of the machine's config. */
function withRules(translated: Translated, { session }: Address, deps: HookDeps): Translated {
  if (translated.kind !== "session.started") return translated;
  const { cwd } = cliFactsSchema.parse(translated.data);
  const { role, parent } = deps.rules({ name: session, ...(cwd === undefined ? {} : { cwd }) });
  return { kind: translated.kind, data: { ...given({ role, parent }), ...translated.data } };
}

/** Without what is not known: it would hide what is. */
function given(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}

/**
 * What happened before the newest that is known of its session tells nothing of how it is now (core: foldEvent); unless
 * that newest is from the future, because the clock was set back since. `call` tells a call that comes again as a file.
 */
function eventOf(
  translated: Translated,
  from: Address,
  { call, deps }: { call: HookCall; deps: HookDeps },
): FleetEvent {
  const record = deps.registry.find(from.session);
  const newestMs = Date.parse(record?.seenAt ?? "");
  const isLate =
    Date.parse(call.time) < newestMs - clockSlackMs && newestMs <= deps.clock.now() + clockSlackMs;
  const id = call.id === undefined ? {} : { call: call.id };
  const rung = deps.rungOf(from.session, noncesOf(translated));
  const more = isLate ? { late: true } : endWork(translated, record);
  const data = { ...translated.data, ...id, ...given({ rung }), ...more };
  return { ...stamp(from, deps), time: call.time, kind: translated.kind, data };
}

function stamp(from: Address, { ids, clock }: HookDeps): Omit<FleetEvent, "kind" | "data"> {
  return { id: ids(), from, time: new Date(clock.now()).toISOString(), origin: "system" };
}
