import type { publishSchema, RunEventRequest } from "@fleetbus/core/api";
import type { z } from "zod";
import {
  chooseName,
  FleetError,
  toFleetError,
  type AdapterLog,
  type CliFacts,
  type FleetEvent,
  type SessionRecord,
} from "@fleetbus/core";
import { parseDropFile, parseHookRequest } from "@fleetbus/hooks";
import type { HookRoutes } from "../api/hook-listener.ts";
import type { Metrics } from "../metrics.ts";
import type { Ptys } from "../pty/find.ts";
import { buryFile } from "../requests/dead.ts";
import type { Edge } from "../requests/edge.ts";
import { rulesFor } from "../life/session-rules.ts";
import type { Sighting } from "../session/registry.ts";
import { windowName } from "../session/window.ts";
import type { WaiterAnswer, Waiters } from "../wake/waiters.ts";
import type { HookCall } from "./cli-port.ts";
import { parseDroppedRequest, type DroppedRequest } from "./dropped-request.ts";
import { clisOf, knownClis } from "./clis.ts";
import type { DropResult } from "./drops.ts";
import { takeHook, type HookAnswer, type HookDeps } from "./hooks.ts";
import { sweepDead } from "./note.ts";
import { bound, redact } from "./redact.ts";
import { seenIds } from "./seen.ts";
import { twins } from "./twins.ts";

/** What taking in hooks needs beside the edge. */
export interface IntakeDeps {
  readonly edge: Edge;
  readonly waiters: Waiters;
  readonly ptys: Ptys;
  readonly metrics: Metrics;
  readonly log: AdapterLog;
  /** Sends what was said while nobody could take it. */
  publish(request: z.output<typeof publishSchema>): Promise<unknown>;
  /** Takes over what happened to a wrapped command meanwhile. */
  takeRunEvent(request: RunEventRequest): Promise<unknown>;
}

/** Everything that hooks hand over, by either way. */
export interface Intake {
  readonly routes: HookRoutes;
  /** Takes in one dropped file. */
  takeFile(content: Buffer, name: string): Promise<DropResult>;
  /** Tells of an event that a daemon before this one has taken in: its hook may have left the same call as a file. */
  remember(event: FleetEvent): void;
}

/** The intake of one daemon. */
export function hookIntake(deps: IntakeDeps): Intake {
  const { edge, metrics, log } = deps;
  const hooks = hookDeps(deps);
  const seen = seenIds();
  const told = twins();
  const take = async (call: HookCall, isAnswered = true): Promise<HookAnswer> => {
    const { id } = call;
    const isAgain = id !== undefined && !seen.add(id);
    if (isAgain || told.isSecond(call)) return { body: "", settle: () => undefined };
    try {
      return await takeHook(call, hooks, isAnswered);
    } catch (error) {
      if (id !== undefined) seen.remove(id); // it comes again as a file
      throw error;
    }
  };
  const read: HookRoutes["read"] = ({ path, headers, body }) => {
    return parseHookRequest({ path, headers, body, now: edge.clock.now() });
  };
  return {
    routes: {
      read,
      take: (call) => take(call),
      wait: (call, signal) => waitFor(call, deps, signal),
      onServed: metrics.hook,
      onError: (error, path) => {
        metrics.hookFailed(path.split("/").at(-1) ?? "");
        log.warn({ path, error: String(error) }, "a hook could not be taken in");
      },
    },
    takeFile: async (content, name) => {
      const said = parseDroppedRequest(content);
      if (said !== undefined) return takeRequest(said, content, deps);
      const file = parseDropFile(content, edge.clock.now());
      if (file.is === "foreign")
        log.warn({ name, reason: file.reason }, "a file among the dropped ones is not a hook's");
      if (file.is !== "request") return "torn";
      const answer = await take(file.request, false).catch((error: unknown) => {
        if (error instanceof FleetError && error.code === "storage") return undefined;
        throw error;
      });
      return answer === undefined ? "later" : "taken";
    },
    remember: ({ data: { call } }) => {
      if (typeof call === "string") seen.add(call);
    },
  };
}

/** What nobody can be told of any more when it cannot be sent: it goes to the dead letters with the reason. */
async function takeRequest(
  said: DroppedRequest,
  content: Buffer,
  { edge, publish, takeRunEvent }: IntakeDeps,
): Promise<DropResult> {
  if (said.is === "torn") return "torn";
  const failure =
    said.is === "malformed"
      ? new FleetError("malformed", said.reason)
      : await (said.is === "run" ? takeRunEvent(said.request) : publish(said.request)).catch(toFleetError);
  if (!(failure instanceof FleetError)) return "taken";
  if (failure.isRetryable) return "later";
  await buryFile(edge, { content, reason: failure.message });
  return "taken";
}

async function waitFor(call: HookCall, deps: IntakeDeps, signal: AbortSignal): Promise<WaiterAnswer> {
  const [first] = knownClis().get(call.cli)?.translate(call) ?? [];
  if (first === undefined) return { dismissed: "not a call of a session" };
  const record = await registered(first.data, deps.edge, signal);
  return record === undefined ? { later: "no such session" } : deps.waiters.wait(record.name, signal);
}

const registerMs = 3000;
const lookEveryMs = 50;

/** A session's first waiter starts beside the hook that registers it, and is often faster. */
async function registered(
  sighting: Sighting,
  { registry, clock }: Edge,
  signal: AbortSignal,
): Promise<SessionRecord | undefined> {
  const until = clock.monotonic() + registerMs;
  for (;;) {
    const record = registry.identify(sighting);
    if (record !== undefined || signal.aborted || clock.monotonic() > until) return record;
    await clock.sleep(lookEveryMs);
  }
}

function hookDeps({ edge, ptys }: IntakeDeps): HookDeps {
  const { machine, registry, outbox, conversation, planner, clock, ids } = edge;
  return {
    machine,
    registry,
    outbox,
    conversation,
    clock,
    ids,
    gaps: edge.gaps,
    clis: clisOf(() => edge.settings().config),
    onError: edge.onError,
    startOf: (pid) => edge.processes.startOf(pid),
    hasTerminal: async (pid) => (await edge.processes.find(pid))?.hasTerminal === true,
    ptyOf: (pid) => ptys.of(pid),
    rungOf: (session, nonces) => planner.rungOf(session, nonces),
    rules: (session) => rulesFor(edge.settings().config, session),
    encode: (event) =>
      edge.codec.encodeEvent(bound(edge.settings().config.events.bodies ? event : redact(event))),
    open: async (owner) => void (await edge.mailboxes.open(owner)),
    name: (call, facts) => nameFor(edge, call, facts),
  };
}

async function nameFor(
  edge: Edge,
  call: HookCall,
  facts: CliFacts,
): Promise<{ readonly name: string; readonly display: string }> {
  const { registry } = edge;
  sweepDead(edge);
  const taken = new Set(registry.live().map((record) => record.name));
  const window = facts.pane === undefined ? undefined : await windowName(facts.pane);
  return chooseName({ ...facts, fleetSession: call.session, window }, taken, registry.all());
}
