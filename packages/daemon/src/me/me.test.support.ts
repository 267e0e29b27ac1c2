import { adapterEntrySchema, type FleetEvent, type Presence } from "@fleetbus/core";
import type { QuietHours } from "../host/course/judge.ts";
import { paperAdapter, setStage, type Answer, type Stage } from "../host/host.test.support.ts";
import { meLadder, type LadderDeps, type MeLadder } from "./ladder.ts";
import type { Matter } from "./matter.ts";
import { ladderRecords } from "./record.ts";
import { onLadder, rulesOf } from "./via.ts";

/** One machine's ladder at work, on a clock that the test moves. */
export interface MeStage {
  readonly stage: Stage;
  readonly ladder: MeLadder;
  /** What waits now; the test changes it. */
  readonly open: Map<string, Matter>;
  presence: Presence;
  /** The rungs that a message's sender heard of, and the end. */
  readonly heard: string[];
  /** `adapter event` of each send in order; a resolve as `adapter over`. */
  sends(): readonly string[];
  /** Moves the clock on in steps in which all comes to rest. */
  pass(ms: number): Promise<void>;
  /** As kill -9: nothing is told to anybody. */
  kill(): void;
}

/** How to set one. */
export interface MeStageOptions {
  readonly via?: readonly string[];
  readonly me?: QuietHours;
  readonly entries?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Another run of the same machine: its server, clock, far sides and what waits go on. */
  readonly after?: MeStage;
  readonly startMs?: number;
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly deps?: Partial<LadderDeps>;
}

export const minute = 60_000;

/** `desktop` is local, `phone` and `mail` are not; the next one comes after five minutes. */
export async function setMe(options: MeStageOptions = {}): Promise<MeStage> {
  const { after, me = {}, via = ["desktop", "phone", "mail"] } = options;
  const stage = await setStage({
    ...(after === undefined ? {} : { beside: after.stage }),
    ...(options.startMs === undefined ? {} : { startMs: options.startMs }),
  });
  const named = ["desktop", "phone", "mail"].map((name) => {
    const answer: Answer = options.answers?.[name] ?? (() => ({ providerId: name }));
    const sent: Answer = (one, signal) => {
      sends.push(`${name} ${one.notice.isResolved ? "over" : one.event.id}`);
      return answer(one, signal);
    };
    const adapter = paperAdapter({ traits: { isLocal: name === "desktop" } }, sent, stage);
    const entry = adapterEntrySchema.parse({ name, type: "paper", on: [], ...options.entries?.[name] });
    return onLadder({ entry, adapter, config: {} }, via);
  });
  await stage.host.apply({ entries: named, me });
  await stage.settle();
  const sends: string[] = after === undefined ? [] : [...after.sends()];
  const heard = after?.heard ?? [];
  const open = after?.open ?? new Map<string, Matter>();
  const made: { presence: Presence } = { presence: after?.presence ?? "here" };
  const rules = rulesOf({ via: [...via], escalate_after: 5 * minute }, named);
  const killed = new AbortController();
  const deps: LadderDeps = {
    ...{ clock: stage.clock, host: stage.host, rules: () => rules },
    records: ladderRecords({ machine: "lab", bucket: () => stage.bus.bucket("effects") }),
    waiting: () => Promise.resolve({ matters: [...open.values()], isOver: () => Promise.resolve(true) }),
    presence: () => Promise.resolve(made.presence),
    onSent: (_, adapter) => void heard.push(adapter),
    onEnded: (_, climbed) => void heard.push(`ended ${climbed.map((rung) => rung.state).join(" ")}`),
    onError: (error) => void heard.push(`error ${String(error)}`),
    ...options.deps,
  };
  const ladder = meLadder(deps);
  void ladder.run(killed.signal);
  await stage.settle();
  return Object.assign(made, {
    ...{ stage, ladder, open, heard },
    sends: () => sends,
    pass: async (ms: number) => {
      for (let left = ms; left > 0; left -= 500) {
        await stage.clock.advance(Math.min(500, left));
        await stage.settle();
      }
    },
    kill: () => killed.abort(),
  });
}

/** A message or a request that begins to wait now. */
export function begin(on: MeStage, id: string, change: Partial<Matter> = {}): Matter {
  const at = on.stage.clock.now();
  const event: FleetEvent = {
    ...{ id, kind: "message.received", from: { machine: "lab", session: "me" } },
    ...{ time: new Date(at).toISOString(), origin: "agent", data: { priority: "normal" } },
  };
  const matter: Matter = { event, about: "message", sinceMs: at, ...change };
  on.open.set(id, matter);
  return matter;
}
