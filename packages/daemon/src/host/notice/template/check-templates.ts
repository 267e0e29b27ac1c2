import type { AdapterConfig } from "@fleetbus/core";
import { meantKind } from "../../entry/kinds.ts";
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

/** `*` is the template of all kinds that have none. */
function kindProblems(kind: string): readonly TemplateProblem[] {
  const near = kind === "*" ? undefined : meantKind(kind);
  if (near === undefined) return [];
  return [{ kind, message: `there is no kind of event "${kind}"; did you mean ${near}?`, nearest: near }];
}
