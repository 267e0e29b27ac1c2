import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { bareNotice } from "../adapter/notice.ts";
import type { Adapter, AdapterTraits, Sink } from "../adapter/contract.ts";
import { FleetError } from "../errors/fleet-error.ts";
import type { FleetEvent } from "../event/event.ts";
import { adapterCases, runAdapterCase } from "./adapter-conformance.ts";
import { brokenSources, type Broken } from "./adapter-conformance/broken-sources.ts";
import { closingOnce, onlyOne, sharedSink, swapping } from "./adapter-conformance/broken.ts";
import {
  hang,
  postAdapter,
  postConfig,
  postSink,
  postTraits,
  put,
  type Post,
  type PostConfig,
} from "./adapter-conformance/post.ts";

const { adapter: good, post: postOf, harness } = postAdapter();
const validConfig = { post: 1 };

const spec = (change: Partial<Adapter<PostConfig>["spec"]>): Adapter<PostConfig> => ({
  ...good,
  spec: { ...good.spec, ...change },
});
const orderedTraits: AdapterTraits = { idempotent: false, ordered: true, proves: "nothing" };
/** Another sink over the good one; the post is given because what is broken often goes past it. */
const sink = (wrap: (inner: Sink, post: Post) => Partial<Sink>, base = good): Adapter<PostConfig> => ({
  ...base,
  open: (config) => {
    const inner = postSink(postOf(config));
    return { sink: { ...inner, ...wrap(inner, postOf(config)) } };
  },
});
const sending = (send: Sink["send"]) => sink(() => ({ send }));
const refusing = (error: Error) => sending(() => Promise.reject(error));
const arrive = (post: Post, event: FleetEvent, bytes = 4) => post.arrivals.push({ eventId: event.id, bytes });
const loose: z.ZodType<PostConfig> = postConfig.loose();
/** `what is wrong: [the case that must say so, what it says, the adapter]` */
const broken: Readonly<Record<string, Broken>> = {
  "with a summary that says nothing": [
    "its type is one word, its summary a sentence, its kinds are named",
    /summary is no sentence/,
    spec({ summary: "post" }),
  ],
  "with a type of two words": [
    "its type is one word, its summary a sentence, its kinds are named",
    /is no token/,
    spec({ type: "post box" }),
  ],
  "with a field that is not described": [
    "every field of its config is described",
    /box\.name/,
    spec({
      config: postConfig.extend({ box: z.object({ name: z.string() }).describe("A box.").optional() }),
    }),
  ],
  "with a secret that is not marked": [
    "every field that holds a secret is marked as one",
    /token/,
    spec({ config: postConfig.extend({ token: z.string().default("").describe("Shown to everybody.") }) }),
  ],
  "without an example": [
    "its examples have a title and parse, and there is one",
    /no example/,
    spec({ examples: [] }),
  ],
  "with an example that does not parse": [
    "its examples have a title and parse, and there is one",
    /does not parse/,
    spec({ examples: [{ title: "Wrong", config: { post: "first" } }] }),
  ],
  "that takes unknown keys": [
    "its config refuses keys that it does not know",
    /true/,
    spec({ config: loose }),
  ],
  "that takes less than nothing": [
    "its traits are possible",
    /maxBytes/,
    spec({ traits: { ...postTraits, maxBytes: -1 } }),
  ],
  "that loses what it is sent": [
    "what is sent between connect and close arrives, once",
    /event1/,
    sending(async () => ({ providerId: "lost" })),
  ],
  "that sends before it is connected": [
    "a send before connect is refused, for a later try, and nothing arrives",
    /Missing expected rejection/,
    sink((_, post) => ({ send: async (event) => put(post, event) })),
  ],
  "that sends after it was closed": [
    "a send after close is refused, for a later try, and nothing arrives",
    /Missing expected rejection/,
    sink(() => ({ close: async () => undefined })),
  ],
  "that cannot be closed twice": [
    "it may be closed twice, and before it was connected",
    /it is closed/,
    sink((inner) => ({ close: closingOnce(inner) })),
  ],
  "that connects in spite of an abort": [
    "connect with an aborted signal rejects",
    /connect went on/,
    sink(() => ({ connect: async () => undefined })),
  ],
  "that sends in spite of an abort": [
    "a send with an aborted signal rejects, and nothing arrives",
    /send went on/,
    sink((inner) => ({
      send: (event, _, notice) => inner.send(event, new AbortController().signal, notice),
    })),
  ],
  "that hangs in spite of an abort": [
    "a send that hangs rejects when its signal aborts",
    /hangs/,
    sending(() => hang(new AbortController().signal)),
  ],
  "that hangs in spite of a close": [
    "close ends a send that hangs",
    /hangs/,
    sending((_, signal) => hang(AbortSignal.any([signal, AbortSignal.timeout(60_000)]))),
  ],
  "that shares its state between instances": [
    "two instances know nothing of each other",
    /not there/,
    sharedSink(good, postOf),
  ],
  "that says it is idempotent and is not": [
    "idempotent: the same event sent twice arrives once",
    /event1/,
    sink((_, post) => ({ send: async (event) => ({ providerId: `${arrive(post, event)}` }) })),
  ],
  "that says it is ordered and is not": [
    "ordered: what is sent one after the other arrives in that order",
    /event2/,
    sink((_, post) => ({ send: swapping(post) }), spec({ traits: orderedTraits })),
  ],
  "that cannot bear an overlap and does not say so": [
    "not ordered: sends may overlap, and each arrives once",
    /event5/,
    sink((inner) => ({ send: onlyOne(inner) })),
  ],
  "that sends more than it says": [
    "maxBytes: nothing longer arrives; what cannot be shortened is refused as too_large",
    /101 bytes/,
    sink((_, post) => ({ send: async (event) => ({ providerId: `${arrive(post, event, 101)}` }) })),
  ],
  "that lets what is too long be retried for ever": [
    "maxBytes: nothing longer arrives; what cannot be shortened is refused as too_large",
    /unavailable/,
    refusing(new FleetError("unavailable", "posting: too long")),
  ],
  "that takes more text than it says": [
    "text: the longest title and text arrive; one more is refused as too_large",
    /too_large/,
    sink((inner) => ({ send: (event, signal) => inner.send(event, signal, bareNotice(event)) })),
  ],
  "that gives a receipt before anything arrived": [
    "proves: what its receipt says has arrived when it is given",
    /event1/,
    sink((inner) => ({
      send: async (event, signal, notice) => {
        void inner.send(event, signal, notice);
        return { providerId: event.id };
      },
    })),
  ],
  "that lets a foreign event be retried for ever": [
    "an event that it can never send is refused for good, and nothing arrives",
    /isRetryable true/,
    refusing(new FleetError("unavailable", "posting: what is this?")),
  ],
  "that gives up on a far side that is gone": [
    "a far side that is gone is skipped with a reason or refused for a later try",
    /not retried/,
    refusing(new FleetError("failed", "posting: gone")),
  ],
  "that throws what it caught": [
    "a far side that is gone is skipped with a reason or refused for a later try",
    /no FleetError/,
    refusing(new Error("ECONNREFUSED")),
  ],
  "that reads the environment": [
    "it never reads the environment",
    /POST_TOKEN/,
    sink((inner) => ({
      connect: (signal) => (process.env["POST_TOKEN"] ? hang(signal) : inner.connect(signal)),
    })),
  ],
  ...brokenSources({ adapter: good, post: postOf }),
};

describe("the conformance suite catches an adapter", () => {
  const outcomes = new Map<string, Promise<unknown>>();
  // At once: what hangs is waited for by each case until its limit.
  beforeAll(() => {
    for (const [what, [name, , adapter]] of Object.entries(broken))
      outcomes.set(what, outcomeOf(name, adapter));
  });

  test.each(Object.entries(broken))("%s", async (what, [, says]) => {
    expect(String(await outcomes.get(what))).toMatch(says);
  });

  test("in each of its cases", () => {
    const caught = new Set(Object.values(broken).map(([name]) => name));
    expect(adapterCases.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
  });
});

/** What the case says of the adapter; undefined when it finds nothing wrong. */
async function outcomeOf(name: string, adapter: Adapter<PostConfig>): Promise<unknown> {
  const subject = { adapter, validConfig, harness };
  const one = adapterCases.find((each) => each.name === name && each.isFor(subject));
  return one && runAdapterCase(one, subject).catch((error: unknown) => error);
}
