import type { BusCase, BusHarness } from "./bus-conformance/case.ts";
import { bucketCases } from "./bus-conformance/bucket.ts";
import { connectionCases } from "./bus-conformance/connection.ts";
import { consumeCases } from "./bus-conformance/consume.ts";
import { fetchCases } from "./bus-conformance/fetch.ts";
import { objectCases } from "./bus-conformance/objects.ts";
import { publishCases } from "./bus-conformance/publish.ts";
import { readCases } from "./bus-conformance/read.ts";
import { redeliveryCases } from "./bus-conformance/redelivery.ts";
import { settleCases } from "./bus-conformance/settle.ts";

export type { BusCase, BusHarness };

/** An implementation of the bus that is held to the port's rules. */
export interface BusSubject {
  readonly name: string;
  /** What it can do beside the rules that all keep; a case that needs more is not declared for it. */
  readonly can: readonly NonNullable<BusCase["needs"]>[];
  /** A harness for one case. */
  open(): Promise<BusHarness>;
}

/** The two functions of a test runner that the suite needs; those of vitest and node:test fit. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

/** Every rule of the port that can be seen from outside. */
export const busCases: readonly BusCase[] = [
  ...publishCases,
  ...readCases,
  ...fetchCases,
  ...redeliveryCases,
  ...settleCases,
  ...consumeCases,
  ...bucketCases,
  ...objectCases,
  ...connectionCases,
];

/** Declares one test for each rule that the subject has to keep. */
export function busConformance(subject: BusSubject, runner: TestRunner): void {
  runner.describe(`${subject.name} keeps the rules of the bus`, () => {
    for (const one of busCases) {
      if (one.needs === undefined || subject.can.includes(one.needs)) {
        runner.test(one.name, () => runBusCase(one, subject));
      }
    }
  });
}

/** Runs one case on a harness of its own; rejects where the rule is broken. */
export async function runBusCase(one: BusCase, subject: BusSubject): Promise<void> {
  const harness = await subject.open();
  try {
    await one.run(harness);
  } finally {
    await harness.close();
  }
}
