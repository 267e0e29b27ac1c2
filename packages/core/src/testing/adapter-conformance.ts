import { abortCases } from "./adapter-conformance/abort.ts";
import {
  bench,
  type AdapterCase,
  type AdapterHarness,
  type AdapterSubject,
} from "./adapter-conformance/case.ts";
import { environmentCases } from "./adapter-conformance/environment.ts";
import { errorCases } from "./adapter-conformance/errors.ts";
import { lifecycleCases } from "./adapter-conformance/lifecycle.ts";
import { sourceCases } from "./adapter-conformance/source.ts";
import { specCases } from "./adapter-conformance/spec.ts";
import { traitCases } from "./adapter-conformance/traits.ts";
import type { TestRunner } from "./bus-conformance.ts";

export type { AdapterCase, AdapterHarness, AdapterSubject };
export type { Arrival, FarSide } from "./adapter-conformance/case.ts";

/** What one adapter is held to, and by which runner. */
export interface AdapterConformance extends AdapterSubject {
  /** `{ describe, test }` of vitest or node:test. */
  readonly runner: TestRunner;
}

/** Every rule of the adapter contract that can be seen from outside. */
export const adapterCases: readonly AdapterCase[] = [
  ...specCases,
  ...lifecycleCases,
  ...abortCases,
  ...traitCases,
  ...errorCases,
  ...environmentCases,
  ...sourceCases,
];

/** Declares one test for each rule that the adapter has to keep, by the traits that it declares itself. */
export function adapterConformance(conformance: AdapterConformance): void {
  const { runner, adapter } = conformance;
  runner.describe(`${adapter.spec.type} keeps the adapter contract`, () => {
    for (const one of adapterCases.filter((each) => each.isFor(conformance))) {
      runner.test(one.name, () => runAdapterCase(one, conformance));
    }
  });
}

/** Runs one case on a far side of its own; rejects where the rule is broken. */
export async function runAdapterCase(one: AdapterCase, subject: AdapterSubject): Promise<void> {
  const far = await subject.harness.start();
  const used = bench(subject, far);
  try {
    await one.run(used);
  } finally {
    await used.close();
    await far.close();
  }
}
