import { FleetError, messageOf, sanitiseLine, toFleetError, type RunEventKind } from "@fleetbus/core";
import type { RunEventAnswer, RunEventRequest } from "@fleetbus/core/api";
import { contextOf, type Context } from "../command/context.ts";
import { readJson, shape } from "../daemon-client/body.ts";
import { callerOf } from "../daemon-client/caller.ts";
import { leaveRequest } from "../without-daemon/drop-file.ts";

/** One event to tell. */
export interface Telling {
  readonly id: string;
  readonly kind: RunEventKind;
  readonly time: string;
  readonly data: object;
}

/** Tells the events of one run, in order and beside the command. */
export interface Teller {
  /** Told as soon as the ones before are; false where too many of them wait and this one is left out. */
  tell(telling: Telling): boolean;
  /** Resolves when all are told or left in files for the next daemon: after `lastWordMs` at the latest. Never rejects. */
  end(): Promise<void>;
}

/** So many may wait for a daemon that is slow, or that is just being started. */
const maxWaiting = 16;
/** How long the end of `fleet run` may wait for the daemon to take its last event. */
export const lastWordMs = 5000;

/** A daemon that cannot be had now: the next one takes the file. */
const later: readonly FleetError["code"][] = ["unavailable", "version", "unauthorized", "pending", "storage"];

/**
 * A teller through the daemon, which is started where there is none; what it cannot take now is left in a file, under the
 * same id, so that whatever arrives twice counts once. The first failure is said on stderr, at the
 * end; none is anybody's error.
 */
export function tellerOf(context: Context): Teller {
  const over = new AbortController();
  const quiet = contextOf({ ...context.world, signal: over.signal, stderr: silent(context) });
  const waiting: Telling[] = [];
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  let working: Promise<void> | undefined;
  const work = async () => {
    for (let next = waiting[0]; next !== undefined && !over.signal.aborted; next = waiting[0]) {
      try {
        await tellOne(next, quiet);
      } catch (error) {
        if (over.signal.aborted) return; // left in a file below
        await leave(next, { context, say, why: toFleetError(error) });
      }
      waiting.shift();
    }
    working = undefined;
  };
  return {
    tell: (telling) => {
      if (waiting.length >= maxWaiting && telling.kind === "run.output") return false;
      waiting.push(telling);
      working ??= work();
      return true;
    },
    end: async () => {
      await Promise.race([
        working,
        context.world.clock.sleep(lastWordMs, over.signal).catch(() => undefined),
      ]);
      over.abort();
      const why = new FleetError(
        "unavailable",
        `telling the daemon: no answer within ${lastWordMs / 1000} s`,
      );
      for (const telling of waiting.splice(0)) await leave(telling, { context, say, why });
      // Not before: the command may own the whole screen.
      const [first] = said;
      if (first !== undefined) await context.say(first).catch(() => undefined); // nobody listens
    },
  };
}

/** What starting a daemon has to say would stand in the middle of the command's own output. */
function silent({ world }: Context): Context["world"]["stderr"] {
  return { ...world.stderr, columns: undefined, rows: undefined, write: () => Promise.resolve() };
}

async function tellOne(telling: Telling, context: Context): Promise<void> {
  const answer = await context
    .daemon()
    .send({ method: "POST", path: "/v1/runs", body: JSON.stringify(requestOf(telling, context)) });
  await readJson(answer, shape<RunEventAnswer>("id", "from"));
}

interface Leaving {
  readonly context: Context;
  readonly why: FleetError;
  say(line: string): void;
}

async function leave(telling: Telling, { context, why, say }: Leaving): Promise<void> {
  const reason = inOneLine(why.message);
  if (!later.includes(why.code)) return say(`fleet: ${telling.kind} is not told: ${reason}`);
  try {
    await leaveRequest({ path: "/v1/runs", body: requestOf(telling, context) }, context);
    say(`fleet: ${reason}; what is to be told of this run is kept in files, which the next daemon sends`);
  } catch (error) {
    say(`fleet: ${telling.kind} is not told: ${reason}; ${messageOf(error)}`);
  }
}

const longestReason = 1000;

/** The last words of a daemon that could not start are lines of their own. */
function inOneLine(message: string): string {
  const lines = message.split("\n").map((line) => line.trim());
  return sanitiseLine(
    lines
      .filter((line) => line !== "")
      .join("; ")
      .replace(":; ", ": "),
    {
      maxBytes: longestReason,
    },
  );
}

function requestOf(telling: Telling, { world }: Context): object {
  return { caller: callerOf(world), ...telling } satisfies Omit<RunEventRequest, "data" | "kind"> & Telling;
}
