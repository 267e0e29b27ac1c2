import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf, type CheckResult } from "@fleetbus/core";
import type { ZellijConfig } from "./adapter.ts";
import { zellijEnvironment } from "./call.ts";

/** `--pane-id`, `paste`, `list-panes` and a dump with colours came with it (its CHANGELOG, 0.44.0). */
export const oldestZellij = [0, 44] as const;

/** What `fleet doctor` asks: whether there is a zellij that is new enough. Nobody needs one who does not use it. */
export async function checkZellij({ command, path, callMs }: ZellijConfig): Promise<readonly CheckResult[]> {
  try {
    const options = { env: zellijEnvironment(path), timeout: callMs };
    const { stdout } = await promisify(execFile)(command, ["--version"], options);
    return [judge(stdout.trim())];
  } catch (error) {
    if (isMissing(error) && command === "zellij")
      return [{ isOk: true, text: "zellij is not installed, and nothing needs it" }];
    const way = "install zellij 0.44 or newer, or name it by its path as `command` of the zellij adapter";
    return [{ isOk: false, text: `running ${command}: ${messageOf(error)}`, way }];
  }
}

function judge(version: string): CheckResult {
  if (isNewEnoughZellij(version)) return { isOk: true, text: version };
  return {
    isOk: false,
    text: `${version || "a zellij without a version"} is too old to wake sessions`,
    way: `install zellij ${oldestZellij.join(".")} or newer`,
  };
}

/** Whether `zellij --version` names one that takes what fleet says. */
export function isNewEnoughZellij(version: string): boolean {
  const [, major = "", minor = ""] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === "") return false;
  const [wantedMajor, wantedMinor] = oldestZellij;
  return Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
