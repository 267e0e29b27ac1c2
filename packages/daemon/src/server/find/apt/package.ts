import { install } from "../local/installed.ts";
import type { StepResult } from "../progress.ts";
import { fromNewerSuite, type SuiteDeps } from "./newer-suite.ts";

/** What the package step needs from outside. */
export interface PackageDeps extends SuiteDeps {
  readonly cacheDir: string;
}

/** On Debian and Ubuntu: the server's package of a newer suite, unpacked into fleet's own cache and not installed. */
export function serverFromPackage(deps: PackageDeps): Promise<StepResult> {
  const { cacheDir, run } = deps;
  const take = (binary: string) => install(binary, cacheDir, { from: "package", run });
  return fromNewerSuite({ name: "nats-server", take }, deps);
}
