import { isSessionEventKind, nearest, sessionEventKinds, type AdapterConfig } from "@fleetbus/core";
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

/** Foreign kinds are welcome; one that looks like a kind of fleet's and is none is a slip. */
function kindProblems(kind: string): readonly TemplateProblem[] {
  if (kind === "*" || isSessionEventKind(kind) || Object.hasOwn(defaultTemplates, kind)) return [];
  const [near] = nearest(kind, [...sessionEventKinds, ...Object.keys(defaultTemplates), "message.received"]);
  if (near === undefined || near === kind) return [];
  return [{ kind, message: `there is no kind of event "${kind}"; did you mean ${near}?`, nearest: near }];
}
