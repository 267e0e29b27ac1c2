import { formatProblem, timeLimit } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import { serveApi } from "./api/serve.ts";
import { compose } from "./compose.ts";
import { runKeyOf } from "./host/run-log/run-key.ts";
import { startAdapters } from "./host/start.ts";
import { evidenceOf } from "./inbox/evidence.ts";
import type { Evidence } from "./inbox/proof.ts";
import { hookIntake } from "./ingest/intake.ts";
import { sweepRebooted } from "./ingest/note.ts";
import { credentialFiles } from "./life/joining/credentials.ts";
import { closingStack, type Closing } from "./life/ending/closing.ts";
import { joinBus, type Joined } from "./life/joining/join-bus.ts";
import { openLocal, type Local } from "./life/local.ts";
import { runLoops } from "./life/loops.ts";
import { rebuildSessions } from "./life/rebuild.ts";
import { endStep, type EndStep } from "./life/ending/end-step.ts";
import { forgetChoice, type ServerChoice } from "./life/joining/server-choice.ts";
import type { ReportStage } from "./life/joining/stage.ts";
import { statusOf } from "./life/status.ts";
import { meLadderOf } from "./me/start.ts";
import { metrics } from "./metrics.ts";
import { ptysOf } from "./pty/find.ts";
import { attestOn, desk } from "./requests/desk.ts";
import { takeRunEvent } from "./requests/run-events.ts";
import { send } from "./requests/send.ts";
import { sessionStore } from "./session/store.ts";
import { customRungs } from "./wake/ladder/custom.ts";
import { humanRungs } from "./wake/ladder/human.ts";
import { inboundOf } from "./wake/inbound.ts";
import { ladderOf } from "./wake/ladder/rungs.ts";

const flushOnStopMs = 3000;
/** More than one exchange with a server that does not answer. */
const endLoopsMs = 8000;
const giveBackMs = 3000;

/** How to run a daemon. */
export interface DaemonOptions extends ServerChoice {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the package that runs it: callers of another version are told so. */
  readonly version: string;
  readonly onStage: ReportStage;
  /** Ends the start, or the running daemon cleanly. */
  readonly signal: AbortSignal;
}

/** A daemon that answers. */
export interface Daemon {
  readonly status: StatusAnswer;
  /** Resolves when it has ended. */
  readonly closed: Promise<void>;
  /** Ends it cleanly: held messages are given back, what is spooled is sent or stays on disk. */
  stop(options: { readonly server: boolean }): Promise<void>;
}

/**
 * Runs this machine's daemon until it is stopped: its own disk first, then the server, then what was before, then hooks
 * (DESIGN §8). Rejects with `conflict` while another one runs, and with the reason of whatever it cannot have.
 */
export async function runDaemon(options: DaemonOptions): Promise<Daemon> {
  const closing = closingStack();
  try {
    const local = await openLocal(options.env, closing);
    const detail = `${local.outbox.pending().length} spooled, ${local.journal.held().length} held`;
    options.onStage({ stage: "disk", state: "done", detail });
    warnOfIdle(local, options);
    return await run(local, options, closing);
  } catch (error) {
    await closing.closeAll(() => undefined); // the first error is the one to tell
    throw error;
  }
}

function warnOfIdle({ settings, paths, logger }: Local, { onStage }: DaemonOptions): void {
  for (const problem of settings.idle) {
    const detail = `${paths.configFile}:${formatProblem(problem)}`;
    onStage({ stage: "config", state: "warning", detail });
    logger.named("daemon").warn({ key: problem.path }, detail);
  }
}

async function run(local: Local, options: DaemonOptions, closing: Closing): Promise<Daemon> {
  const leaving = { server: false };
  const isServerLeaving = () => leaving.server;
  const joined = await joinBus(local, { ...options, closing, isServerLeaving });
  const evidence = evidenceOf(local);
  closing.push("transcripts", () => evidence.close());
  const { edge, intake, waiters, counts } = assemble(local, { ...joined, evidence });
  await rebuildSessions({
    ...edge,
    load: () => edge.store.load(),
    pending: () => edge.outbox.pending(),
    decode: edge.codec.decodeEvent,
    onEvent: (event) => intake.remember(event),
  });
  local.idsAfter(
    edge.registry
      .all()
      .reduce((newest, { lastEventId }) => (lastEventId > newest ? lastEventId : newest), local.ids()),
  );
  edge.outcomes.begin();
  sweepRebooted(edge);

  const credentials = await credentialFiles(joined.server, local.settings.ns, local.paths);
  await credentials.provide({ machine: edge.machine, session: "me" });

  const startedAt = new Date(local.clock.now()).toISOString();
  // Asked as soon as the socket listens: whoever asks waits for the rest of the start.
  const status = async () =>
    statusOf({
      ...{ edge, joined, startedAt, version: options.version },
      ...{ port: (await up).listening.port, logFile: local.paths.logFile, me: (await up).me.view() },
    });
  let end: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (end = resolve));
  const loops = new AbortController();
  const stop = async (how: { readonly server: boolean }) => {
    leaving.server ||= how.server;
    if (loops.signal.aborted) return closed;
    loops.abort();
    waiters.sendOn("the daemon is stopping");
    const { listening, running } = await up;
    const step = (doing: string, withinMs: number, work: EndStep["work"]) =>
      endStep({ doing, withinMs, work }, local.onError);
    await step("ending what runs", endLoopsMs, () =>
      Promise.all([listening.close(), edge.host.close(), running]),
    );
    // What a server that hangs does not take back is in the journal, and given back at the next start.
    await step("giving back what is held", giveBackMs, () =>
      Promise.all(edge.mailboxes.all().map((mailbox) => edge.mailboxes.close(mailbox.owner.session))),
    );
    await step("saving the sessions", 2 * flushOnStopMs, () => edge.store.flush(timeLimit(flushOnStopMs)));
    if (how.server) await step("forgetting the server", flushOnStopMs, () => forgetChoice(local.paths));
    await closing.closeAll(local.onError);
    end();
  };
  const log = local.logger.named("api");
  const start = async () => {
    const listening = await serveApi({
      ...{
        paths: local.paths,
        desk: desk(edge, status),
        hooks: intake.routes,
        version: options.version,
        metrics: counts,
        log,
      },
      stop: (how) => void stop(how).catch((error: unknown) => local.onError(error, "stopping")),
    });
    const adapters = await startAdapters(edge, waiters, local);
    const me = meLadderOf(edge, { pace: local.pace, rules: () => adapters.me() });
    const looping = runLoops({ ...local, edge, intake, credentials }, loops.signal);
    const running = Promise.all([looping, adapters.follow(loops.signal), me.run(loops.signal)]);
    return { listening, running, me };
  };
  const up = start();
  const { port } = (await up).listening;
  options.signal.addEventListener("abort", () => void stop({ server: false }), { once: true });
  if (options.signal.aborted) void stop({ server: false });
  options.onStage({
    stage: "daemon",
    state: "done",
    detail: `pid ${process.pid}, 127.0.0.1:${port}`,
  });
  return { status: await status(), closed, stop };
}

/** The daemon's parts on a bus; nothing runs yet. */
function assemble(local: Local, { bus, evidence }: Joined & { readonly evidence: Evidence }) {
  const { settings, clock, onError, logger } = local;
  const store = sessionStore({ bucket: () => bus.bucket("sessions"), clock, onError });
  const counts = metrics({
    sessions: () => edge.registry.live().length,
    held: () => edge.mailboxes.all().reduce((sum, mailbox) => sum + mailbox.held().length, 0),
    spooled: () => local.outbox.pending().length,
  });
  const { edge, waiters } = compose({
    ...local,
    ...{ machine: settings.machine, bus, store, metrics: counts },
    settings: () => local.inForce.now(),
    evidence,
    log: (name) => logger.named(name),
    runKey: () => runKeyOf(local),
    ladder: (record, waiting) =>
      ladderOf(record, {
        waiters: waiting,
        inbound: inboundOf(local.env),
        human: humanRungs(local.inForce.now().config),
        custom: customRungs(edge.host.views()),
      }),
  });
  const intake = hookIntake({
    edge,
    waiters,
    ptys: ptysOf({ paths: local.paths, processes: edge.processes, helloMs: 500 }),
    metrics: counts,
    log: logger.named("hooks"),
    publish: async (request) => send(edge, { who: await attestOn(edge, request.caller), request }),
    takeRunEvent: async (request) => takeRunEvent(edge, await attestOn(edge, request.caller), request),
  });
  return { edge, waiters, intake, counts };
}
