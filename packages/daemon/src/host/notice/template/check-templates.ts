import { nearest, sessionEventKinds, type AdapterConfig } from "@fleetbus/core";
import { defaultTemplates } from "./default-templates.ts";
import { faultsOf, type TemplateFault } from "./template.ts";

/** What is wrong with one template of an adapter's entry. */
export interface TemplateProblem extends TemplateFault {
  /** The key in `template`. */
  readonly kind: string;
  /** Absent where the key itself is the problem. */
  readonly field?: "title" | "text";
}

/** All problems of an adapter's templates, for the validation of the config: no event has to come for them to be found. */
export function checkTemplates(template: AdapterConfig["template"]): readonly TemplateProblem[] {
  return Object.entries(template).flatMap(([kind, { title, text }]) => [
    ...kindProblems(kind),
    ...faultsOf(title ?? "").map((fault) => ({ kind, field: "title" as const, ...fault })),
    ...faultsOf(text ?? "").map((fault) => ({ kind, field: "text" as const, ...fault })),
  ]);
}

const known = [...sessionEventKinds, ...Object.keys(defaultTemplates), "message.received"];
const roots = new Set(known.map(rootOf));

/** Foreign kinds are welcome; one that begins like a kind of fleet's, or almost so, and looks like one is a slip. */
function kindProblems(kind: string): readonly TemplateProblem[] {
  if (kind === "*" || known.includes(kind)) return [];
  const root = roots.has(rootOf(kind)) ? rootOf(kind) : nearest(rootOf(kind), roots)[0];
  const near = nearest(kind, known).find((one) => rootOf(one) === root);
  if (near === undefined) return [];
  return [{ kind, message: `there is no kind of event "${kind}"; did you mean ${near}?`, nearest: near }];
}

function rootOf(kind: string): string {
  return kind.split(".")[0] ?? kind;
}
