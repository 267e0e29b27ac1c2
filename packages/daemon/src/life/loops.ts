import { setMaxListeners } from "node:events";
import { chooseName, type Clock, type Paths, type SessionRecord } from "@fleetbus/core";
import { lineDir, type ClaudeSession } from "@fleetbus/hooks";
import { followDrops } from "../ingest/drops.ts";
import type { Intake } from "../ingest/intake.ts";
import { nextConnection } from "./connection.ts";
import type { CredentialFiles } from "./joining/credentials.ts";
import { noteEvent, noteLost } from "../ingest/note.ts";
import { ownerOf, type Edge } from "../requests/edge.ts";
import { followRunLogs } from "../requests/run-logs.ts";
import { readClaudeList, readDemoLists, type SharedDeps } from "../session/lists.ts";
import { watchProcesses } from "../session/liveness.ts";
import { tmuxPanes, watchPanes } from "../session/panes.ts";
import { supervisionWatches } from "../supervision/watches.ts";
import { keepLines } from "../statusline/keep-lines.ts";
import { refreshScripts } from "../statusline/refresh-scripts.ts";
import { linesOf } from "../statusline/lines.ts";

const reopenEveryMs = 1000;

/** What runs for as long as the daemon does. */
export interface LoopDeps {
  readonly edge: Edge;
  /** For what is looked after now and then (life/beats.ts). */
  readonly pace: Clock;
  readonly intake: Intake;
  readonly credentials: CredentialFiles;
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  onError(error: unknown, doing: string): void;
}

/** Runs the daemon's loops until the signal aborts; one that fails is begun again. */
export async function runLoops(deps: LoopDeps, signal: AbortSignal): Promise<void> {
  const { edge, pace, intake, paths, env, onError } = deps;
  setMaxListeners(0, signal); // every loop and each of its waits listens
  const forever = async (doing: string, work: () => Promise<void>) => {
    while (!signal.aborted) {
      await work().catch((error: unknown) => onError(error, doing));
      await edge.clock.sleep(reopenEveryMs, signal).catch(() => undefined); // aborted: the loop ends
    }
  };
  await Promise.all([
    forever("sending what is spooled", () => edge.outbox.drain(edge.bus, signal)),
    forever("following the other machines' sessions", () => edge.roster.follow(signal)),
    forever("opening mailboxes", () => openMailboxes(edge, signal)),
    forever("following the inbox signal", () => edge.mailboxes.follow(signal)),
    forever("taking in dropped hooks", () =>
      followDrops(
        {
          dir: paths.dropDir,
          clock: edge.clock,
          take: (content, name) => intake.takeFile(content, name),
          onTorn: (name) => onError(new Error(name), "taking in a torn file"),
          onError,
        },
        signal,
      ),
    ),
    forever("taking logs of runs to the server", () =>
      followRunLogs({ dir: paths.runLogsDir, bus: edge.bus, onError }, signal),
    ),
    forever("following Claude's session list", () => readClaudeList(readerDeps(deps), env, signal)),
    forever("following the lists of demo agents", () => readDemoLists(readerDeps(deps), signal)),
    forever("looking for silent hooks", () => edge.drift.follow(pace, signal)),
    forever("ageing messages", () => ageMessages(deps, signal)),
    forever("telling who wrote to sessions that are gone", () => edge.departures.follow(signal)),
    forever("writing credentials", () => provideCredentials(deps, signal)),
    refreshScripts(paths, process.platform).catch((error: unknown) =>
      onError(error, "bringing what hooks run up to date"),
    ),
    forever("keeping status lines", () =>
      keepLines({ dir: lineDir(paths), pid: process.pid, pace, render: linesOf(edge), onError }, signal),
    ),
    ...supervisionWatches(deps, signal).map(([doing, work]) => forever(doing, work)),
    forever("watching panes", () =>
      watchPanes(
        {
          clock: pace,
          live: () => edge.registry.live(),
          panes: tmuxPanes,
          onLost: (record, reason) => noteLost(edge, record, reason),
        },
        signal,
      ),
    ),
    forever("watching processes", () =>
      watchProcesses(
        {
          clock: pace,
          processes: edge.processes,
          live: () => edge.registry.live(),
          onLost: (record, reason) => noteLost(edge, record, reason),
        },
        signal,
      ),
    ),
  ]);
}

/** Opens the mailboxes of all live sessions and of `me`, again after each time the server was away. */
async function openMailboxes(edge: Edge, signal: AbortSignal): Promise<void> {
  await edge.mailboxes.reclaim();
  const names = ["me", ...edge.registry.live().map((record) => record.name), ...(await provisioned(edge))];
  await Promise.all(names.map((name) => edge.mailboxes.open(ownerOf(edge, name))));
  for (const name of names) edge.planner.retry(name);
  await nextConnection(edge.bus, signal);
}

/** Mailboxes that were made before their session (`--create`): only their consumers tell of them. */
async function provisioned({ bus, machine, registry }: Edge): Promise<readonly string[]> {
  const consumers = await bus.consumers("INBOX");
  const own = consumers.map(({ name }) => name.split("=")).filter(([owner]) => owner === machine);
  const isFree = (session: string | undefined) => session !== undefined && !registry.find(session);
  // A third part makes it a renamed session's, for what came under its old name.
  return own.flatMap(([, session, former]) =>
    session !== undefined && former === undefined && isFree(session) ? [session] : [],
  );
}

const ageEveryMs = 1000;

/** What is past its deadline ends also where no hook asks for it. */
async function ageMessages({ edge, pace }: LoopDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const mailbox of edge.mailboxes.all()) {
      mailbox.expire();
      // It may have gathered for long enough (wake/climb/batch.ts).
      if (edge.settings().config.wake.batch !== undefined && mailbox.held().length > 0)
        edge.planner.consider(mailbox.owner.session);
    }
    await pace.sleep(ageEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

const credentialsEveryMs = 2000;

/** A session gets its own credential soon after it came, off the ingest loop (DESIGN §9). */
async function provideCredentials(deps: LoopDeps, signal: AbortSignal): Promise<void> {
  const { edge, pace, credentials } = deps;
  let provided: readonly SessionRecord[] = [];
  while (!signal.aborted) {
    const live = edge.registry.live();
    if (live !== provided) for (const record of live) await credentials.provide(ownerOf(edge, record));
    provided = live;
    await pace.sleep(credentialsEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

function readerDeps({ edge, pace }: LoopDeps): SharedDeps {
  return {
    clock: edge.clock,
    pace,
    live: () => edge.registry.live(),
    note: (record, what) => noteEvent(edge, record.name, what),
    found: (session) => noteUnhooked(edge, session),
    gone: (pid) => {
      const record = edge.registry.live().find((each) => each.pid === pid && !each.hooked);
      if (record !== undefined) noteLost(edge, record, `process ${pid} has ended`);
    },
    onError: edge.onError,
  };
}

/** Sessions without hooks are listed too (DESIGN §4). */
function noteUnhooked(edge: Edge, { pid, sessionId, cwd, procStart }: ClaudeSession): void {
  const { registry } = edge;
  const facts = {
    ...{ cli: "claude", cliSession: sessionId, pid, cwd, hooked: false },
    ...(procStart === undefined ? {} : { procStart }),
  };
  const taken = new Set(registry.live().map((record) => record.name));
  const { name, display } = chooseName(facts, taken, registry.all());
  noteEvent(edge, name, { kind: "session.started", data: { ...facts, display, reason: "found" } });
}
