import { afterEach } from "vitest";
import {
  adapterEntrySchema,
  decodeEvent,
  encodeEvent,
  FleetError,
  subjectsOf,
  type FleetEvent,
  type ReplyOffer,
} from "@fleetbus/core";
import type { InboundView, PublishAnswer } from "@fleetbus/core/api";
import { fakeClock, memoryBus, type FakeClock, type MemoryBus } from "@fleetbus/core/testing";
import type { AuditLine } from "../../replies/audit.ts";
import type { ReplyPost } from "../../replies/post.ts";
import { adapterHost, type AdapterHost } from "../host.ts";
import { farSide, radio, type Far, type RadioOptions, type Speech, type Told } from "./radio.test.support.ts";

/** One stored message, as the daemon was asked for it. */
export type Post = Parameters<ReplyPost["say"]>[0] | Parameters<ReplyPost["answer"]>[0];

/** How a stage is set. */
export interface EarStageOptions extends RadioOptions {
  /** `replies` of the entry; null: it has none. */
  readonly replies?: Readonly<Record<string, unknown>> | null;
  readonly machine?: string;
  readonly beside?: EarStage;
  readonly entry?: Readonly<Record<string, unknown>>;
  /** Instead of storing it. */
  readonly onPost?: (post: Post) => Promise<PublishAnswer>;
}

/** One machine's host with an adapter that sends and listens. */
export interface EarStage {
  readonly bus: MemoryBus;
  readonly clock: FakeClock;
  readonly host: AdapterHost;
  readonly far: Far;
  readonly posts: Post[];
  readonly audits: AuditLine[];
  readonly announced: { readonly kind: string; readonly data: Readonly<Record<string, unknown>> }[];
  /** The entry with other keys. */
  apply(change: Readonly<Record<string, unknown>>): Promise<void>;
  publish(kind: string, change?: Partial<FleetEvent>): Promise<FleetEvent>;
  /** The offer under the newest notice. */
  offer(): ReplyOffer;
  text(
    text: string,
    more?: Partial<Speech> & { readonly token?: string; readonly answers?: string },
  ): Promise<Told>;
  settle(): Promise<void>;
  inbound(): InboundView;
}

const quietLog = {
  ...{ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
};

/** Who speaks where nothing else is said. */
export const friend = { id: "7", name: "Ann" };

/** Sets a stage; it listens when it resolves, unless another one does. */
export async function setEarStage(options: EarStageOptions = {}): Promise<EarStage> {
  const { beside, machine = "lab", replies = { from: [friend.id] } } = options;
  const clock = beside?.clock ?? fakeClock();
  const bus = beside?.bus.join() ?? memoryBus({ ns: "main", clock });
  const far = beside?.far ?? farSide(clock);
  const [posts, audits, announced]: [Post[], AuditLine[], EarStage["announced"]] = [[], [], []];
  const adapter = radio(options, far);
  const store = options.onPost ?? ((post: Post) => Promise.resolve(storedAs(post)));
  const post = postTo(async (each) => {
    const answer = await store(each);
    posts.push(each);
    return answer;
  });
  const host = adapterHost({
    ...{ bus, machine, clock },
    log: () => quietLog,
    decodeEvent: (incoming) => decodeEvent("main", incoming),
    bury: () => Promise.resolve(),
    stillWanted: () => true,
    facts: () => ({}),
    onResult: () => undefined,
    announce: (kind, data) => void announced.push({ kind, data }),
    replies: { post, audit: (line) => void audits.push(line) },
    stopWithinMs: 1000,
  });
  const entry = { name: "phone", type: "radio", ...(replies === null ? {} : { replies }), ...options.entry };
  const apply: EarStage["apply"] = async (change) => {
    const parsed = adapterEntrySchema.parse({ ...entry, ...change });
    await host.apply({ entries: [{ entry: parsed, adapter, config: {} }], me: {} });
  };
  await apply({});
  const stage: EarStage = {
    ...{ bus, clock, host, far, posts, audits, announced, apply },
    publish: (kind, change) => publish(stage, kind, change),
    offer: () => offerOf(far),
    text: (text, { token, answers, ...more } = {}) =>
      far.say({
        sender: friend,
        ...more,
        said: {
          ...{ type: "text", text },
          ...(token === undefined ? {} : { token }),
          ...(answers === undefined ? {} : { answers }),
        },
      }),
    settle: () => settle(clock),
    inbound: () => inboundOf(host),
  };
  await settle(clock);
  return stage;
}

function storedAs(post: Post): PublishAnswer {
  const to = "to" in post ? post.to : "lab/asker";
  return { id: post.id, thread: post.id, from: "lab/me", to: [to], stage: "stored", isDuplicate: false };
}

const sessions = ["lab/web", "lab/api"];

function postTo(take: (post: Post) => Promise<PublishAnswer>): ReplyPost {
  return {
    placeOf: async (target) => {
      const found = sessions.find((each) => each === target || each.endsWith(`/${target}`));
      if (found !== undefined) return found;
      throw new FleetError("target_unknown", `looking for "${target}": no such session`);
    },
    say: take,
    answer: take,
    nowOf: (address) => (address.session === "old" ? { ...address, session: "web" } : address),
    names: async () => sessions,
  };
}

function offerOf({ seen }: Far): ReplyOffer {
  const reply = seen.at(-1)?.notice.reply;
  if (reply === undefined) throw new Error("the newest notice cannot be answered");
  return reply;
}

function inboundOf(host: AdapterHost): InboundView {
  const [view] = host.views();
  if (view?.inbound === undefined) throw new Error("nothing comes back");
  return view.inbound;
}

async function publish(
  { bus, clock }: EarStage,
  kind: string,
  change: Partial<FleetEvent> = {},
): Promise<FleetEvent> {
  const event: FleetEvent = {
    id: `e${(await bus.lastSeq("EVENTS", [subjectsOf("main").event({})])) + 1}`,
    ...{ kind, from: { machine: "lab", session: "web" }, origin: "system", data: { cli: "claude" } },
    time: new Date(clock.now()).toISOString(),
    ...change,
  };
  await bus.publish(encodeEvent("main", event));
  await settle(clock);
  return event;
}

async function settle(clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await clock.advance(10);
}

/** Stages that are closed after each test. */
export function earStages(): (options?: EarStageOptions) => Promise<EarStage> {
  const stages: EarStage[] = [];
  afterEach(async () => {
    for (const { bus, clock, host } of stages.splice(0)) {
      bus.setConnected(true);
      const closing = host.close();
      await clock.advance(10_000); // what hangs is left behind
      await closing;
    }
  });
  return async (options = {}) => {
    const stage = await setEarStage(options);
    stages.push(stage);
    return stage;
  };
}

/** What stands in `effects` about replies. */
export async function replyKeys({ bus }: EarStage): Promise<readonly string[]> {
  const entries = await (await bus.bucket("effects")).entries();
  return entries.map(({ key }) => key).filter((key) => key.startsWith("reply="));
}
