import type { Adapter, Sink } from "../../adapter/contract.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import {
  changing,
  doubled,
  ending,
  endless,
  forgetting,
  hasty,
  overlapping,
  renaming,
  tellingAll,
  type Breakage,
} from "./breakages.ts";
import { closingOnce } from "./broken.ts";
import { postSource, type PostConfig, type Reference } from "./post.ts";

/** The case that must say what is wrong, what it says, the adapter. */
export type Broken = readonly [string, RegExp, Adapter<PostConfig>];

const declares = "it declares a source exactly where open gives one, and gives a sink or a source";
const once = "what somebody says comes out once, with an id and an answer to give";
const again = "what is refused for a while comes again as the same, and not before the time that was named";
const gone = "a far side that is gone makes receive throw, for a later try";

/** Adapters with something wrong about their source, by what that is. */
export function brokenSources(
  reference: Pick<Reference, "adapter" | "post">,
): Readonly<Record<string, Broken>> {
  const { adapter: good } = reference;
  const { source: _, ...undeclared } = good.spec;
  const source = (wrap: Breakage): Adapter<PostConfig> => ({
    ...good,
    open: (config) => {
      const inner = postSource(reference.post(config));
      return { source: { ...inner, ...wrap(inner, reference.post(config)) } };
    },
  });
  return {
    "that does not declare its source": [
      declares,
      /spec\.source and open differ/,
      { ...good, spec: undeclared },
    ],
    "that declares a source and gives none": [
      declares,
      /spec\.source and open differ/,
      { ...good, open: () => ({ sink: silent }) },
    ],
    "that says that it only listens, and sends": [
      declares,
      /not alone/,
      { ...good, spec: { ...good.spec, source: { vouches: "token", isExclusive: false, isAlone: true } } },
    ],
    "that is neither a sink nor a source": [declares, /neither/, { ...good, open: () => ({}) }],
    "whose source is silent": [once, /hangs/, source(() => ({ receive: () => endless }))],
    "whose source has no ids": [once, /no id/, source(changing((said) => ({ ...said, id: " " })))],
    "whose source says something else": [
      once,
      /text 1/,
      source(changing((said) => ({ ...said, said: { type: "text", text: "hello" } }))),
    ],
    "whose source says it twice": [once, /comes again/, source(changing(doubled))],
    "whose source names it anew when it comes again": [again, /said1-2/, source(renaming())],
    "whose source forgets what was refused for a while": [again, /hangs/, source(changing(forgetting))],
    "whose source knows no time to wait": [again, /too soon/, source(changing(hasty))],
    "whose source says again what was taken": [
      "what was taken or refused for good does not come again, nor to a source that is opened after",
      /text 1/,
      source(tellingAll()),
    ],
    "whose source loses what was not taken when it is opened anew": [
      "keeps: what was neither taken nor refused for good comes to a source that is opened after",
      /hangs/,
      source((_, post) => ({ connect: async () => void post.spoken.splice(0) })),
    ],
    "whose source hands over several at a time": [
      "one at a time: the next comes when the one before is settled",
      /before the first was settled/,
      source(overlapping),
    ],
    "whose source goes on after an abort": [
      "receive ends soon when its signal aborts",
      /hangs/,
      source(() => ({ receive: () => endless })),
    ],
    "whose source ends without a word when the far side is gone": [
      gone,
      /ended without an abort/,
      source(ending(() => undefined)),
    ],
    "whose source gives up on a far side that is gone": [
      gone,
      /isRetryable false/,
      source(ending(fail(new FleetError("failed", "listening: gone")))),
    ],
    "whose source throws what it caught": [
      gone,
      /no FleetError/,
      source(ending(fail(new Error("ECONNRESET")))),
    ],
    "whose source cannot be closed twice": [
      "its source may be closed twice, and before it was connected",
      /it is closed/,
      source((inner) => ({ close: closingOnce(inner) })),
    ],
  };
}

const silent: Sink = { connect: async () => undefined, send: async () => ({}), close: async () => undefined };

function fail(error: Error): () => never {
  return () => {
    throw error;
  };
}
