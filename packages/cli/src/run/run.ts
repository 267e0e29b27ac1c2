import { idSource, type RunEventData } from "@fleetbus/core";
import type { Context } from "../command/context.ts";
import { outcomeOf, timedOutExit, type Ending } from "./child/ending.ts";
import { launch, type Launched } from "./child/launch.ts";
import { forwardSignals } from "./child/signals.ts";
import { endAfter } from "./child/time-out.ts";
import type { Order } from "./order.ts";
import { fullLog, logFacts, logLine } from "./log/full-log.ts";
import type { LogEnd } from "./log/write-log.ts";
import { passOn } from "./output/pass-on.ts";
import { regexSeek } from "./output/regex/regex-seek.ts";
import { ringOf } from "./output/ring.ts";
import { tailText } from "./output/text.ts";
import { watchOutput } from "./output/watch.ts";
import { tellerOf } from "./tell.ts";
import { unknownAdapters } from "./unknown-adapters.ts";
import { factsOf } from "./facts.ts";

/** What a run came to. */
export interface Ran {
  readonly exitCode: number;
  /** What `run.finished` says. */
  readonly finished: RunEventData<"run.finished">;
}

/**
 * Runs a command as it would run without fleet, and tells of it beside: the command is started before anything else is
 * done, and nothing that happens to the telling changes its output or its exit code.
 */
export async function run(order: Order, context: Context): Promise<Ran> {
  const { clock, env, cwd } = context.world;
  const started = { at: clock.now(), monotonic: clock.monotonic() };
  let launched: Launched | undefined;
  const undo = forwardSignals(() => launched);
  try {
    launched = launch({ argv: order.argv, env, cwd, isCaptured: order.log !== "none" });
    return await follow({ order, context, launched, started });
  } finally {
    undo();
  }
}

interface Following {
  readonly order: Order;
  readonly context: Context;
  readonly launched: Launched;
  readonly started: { readonly at: number; readonly monotonic: number };
}

async function follow({ order, context, launched, started }: Following): Promise<Ran> {
  const { clock } = context.world;
  const nextId = idSource(clock);
  const timeOut = endAfter(order.timeoutMs, launched, clock);
  const teller = tellerOf(context);
  const facts = { run: nextId(), ...factsOf(order, context.world.cwd) };
  const durationMs = () => Math.round(clock.monotonic() - started.monotonic);
  const time = () => new Date(clock.now()).toISOString();
  const ring = ringOf(order.tailBytes);
  const watch = watchOutput({
    ...order,
    ring,
    clock,
    seek: regexSeek(clock),
    tell: (told) => {
      const data = { ...facts, ...told, durationMs: durationMs() };
      teller.tell({ id: nextId(), kind: "run.output", time: time(), data });
    },
  });
  const isLogged = order.log === "full" && launched.captured.length > 0;
  const log = isLogged ? fullLog(facts.run, context) : undefined;
  const passing = launched.captured.map((captured) => {
    const look = watch.stream();
    const observe = (chunk: Buffer) => {
      ring.push(chunk);
      look(chunk);
      return log?.write(chunk);
    };
    return passOn(captured, observe, launched.ended);
  });
  const pid = await launched.spawned;
  if (pid !== undefined) {
    const at = new Date(started.at).toISOString();
    teller.tell({ id: nextId(), kind: "run.started", time: at, data: { ...facts, pid } });
  }
  const ending = await launched.ended;
  const lasted = durationMs();
  timeOut.cancel();
  await Promise.all(passing);
  const warnings = await watch.end();
  const logEnd = launched.captured.length > 0 ? await log?.end() : unseen(order);
  const finished = {
    ...facts,
    ...endOf(ending, timeOut.isOver()),
    durationMs: lasted,
    ...(launched.captured.length === 0
      ? {}
      : { tail: tailText(ring.bytes(), order.tailBytes), outputBytes: ring.total() }),
    ...logFacts(facts.run, logEnd),
    ...(order.isAttached ? { attach: "full" as const } : {}),
    ...(warnings.length === 0 ? {} : { warnings: [...warnings] }),
  };
  if (ending.error !== undefined) await context.say(`fleet: ${ending.error}`);
  teller.tell({ id: nextId(), kind: "run.finished", time: time(), data: finished });
  await teller.end();
  const words = [
    ...(await unknownAdapters(order.words.to ?? [], context)),
    ...warnings.map((warning) => `fleet: ${warning}`),
    ...(logEnd === undefined ? [] : [logLine(facts.run, logEnd)]),
  ];
  for (const line of words) await context.say(line).catch(() => undefined); // nobody listens
  return { exitCode: finished.exitCode, finished };
}

/** All of the output goes to a terminal that is only handed on (child/launch.ts), or there was none. */
function unseen({ log }: Order): LogEnd | undefined {
  return log === "full" ? { problem: "fleet saw no output", skippedBytes: 0 } : undefined;
}

function endOf(ending: Ending, isTimedOut: boolean) {
  const outcome = outcomeOf(ending, isTimedOut);
  return isTimedOut ? { ...ending, outcome, exitCode: timedOutExit, isTimedOut } : { ...ending, outcome };
}
