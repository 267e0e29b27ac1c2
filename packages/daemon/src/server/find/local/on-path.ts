import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Run } from "../command.ts";
import { isFound, type StepResult } from "../progress.ts";
import { isVersionAtLeast, minimumServerVersion, versionOf } from "../version.ts";

/** The first nats-server on PATH that is new enough; older ones are passed over and named. */
export async function serverOnPath(path: string | undefined, run: Run): Promise<StepResult> {
  const folders = (path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const tooOld: string[] = [];
  for (const folder of new Set(folders)) {
    const found = await serverIn(folder, run);
    if (found !== undefined && isFound(found)) return found;
    if (found !== undefined) tooOld.push(found.detail);
  }
  return { state: "skipped", detail: tooOld.length > 0 ? tooOld.join("; ") : "no nats-server on PATH" };
}

async function serverIn(folder: string, run: Run): Promise<StepResult | undefined> {
  const path = join(folder, "nats-server");
  if (!(await isExecutable(path))) return undefined;
  const version = await versionOf(path, run);
  if (version === undefined)
    return { state: "skipped", detail: `${path} does not say its version, passed over` };
  if (isVersionAtLeast(version)) return { path, version, from: "path" };
  return {
    state: "skipped",
    detail: `${path} is ${version}, older than ${minimumServerVersion}, passed over`,
  };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false, // not there, or not ours to run
  );
}
