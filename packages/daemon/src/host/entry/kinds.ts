import { builtInAdapters } from "@fleetbus/adapters";
import {
  fitsGlob,
  nearest,
  placed,
  sessionEventKinds,
  type LoadedConfig,
  type Problem,
} from "@fleetbus/core";
import { z } from "zod";
import { defaultTemplates } from "../notice/template/default-templates.ts";

/** Kinds that no table has. */
const others = [
  ...["message.received", "daemon.config-refused"],
  ...["adapter.failing", "adapter.recovered", "adapter.paused", "adapter.resumed", "adapter.digest"],
  ...["task.started", "task.done", "task.blocked", "task.failed", "task.claimed"],
];

const known: readonly string[] = [
  ...new Set([
    ...sessionEventKinds,
    ...Object.keys(defaultTemplates),
    ...others,
    ...builtInAdapters.flatMap(({ spec }) => spec.on ?? []),
  ]),
];
const roots = new Set(known.map(rootOf));

/**
 * The kind of fleet's own that was meant by one that it does not have; `*` stands for anything. Foreign kinds are welcome,
 * for others may publish on the bus too: one that begins like a kind of fleet's, or almost so, and looks like one is a slip.
 */
export function meantKind(kind: string): string | undefined {
  if (known.some((one) => fitsGlob(kind, one))) return undefined;
  const root = roots.has(rootOf(kind)) ? rootOf(kind) : nearest(rootOf(kind), roots)[0];
  const patterns = /[*>]/.test(kind) ? [...roots].map((one) => `${one}.*`) : [];
  return nearest(kind, [...known, ...patterns]).find((one) => rootOf(one) === root);
}

const writtenSchema = z.looseObject({
  adapter: z.array(z.looseObject({ on: z.array(z.string()).catch([]) })).catch([]),
});

/** Kinds in the `on` of a config's adapters that no event will ever be of, each with its place. The config may have other problems. */
export function kindProblems({
  raw,
  positions,
}: Pick<LoadedConfig, "raw" | "positions">): readonly Problem[] {
  return writtenSchema.parse(raw).adapter.flatMap(({ on }, index) =>
    on.flatMap((kind, at) => {
      const meant = meantKind(kind);
      if (meant === undefined) return [];
      const message = `there is no kind of event "${kind}"; did you mean ${meant}?`;
      return [placed({ path: `adapter[${index}].on[${at}]`, message, didYouMean: meant }, positions)];
    }),
  );
}

function rootOf(kind: string): string {
  return kind.split(".")[0] ?? kind;
}
