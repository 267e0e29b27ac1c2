import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf, type CheckResult } from "@fleetbus/core";
import type { TmuxConfig } from "./adapter.ts";
import { programEnvironment } from "../program/environment.ts";

/** Format subscriptions and the flags of attach-session came with it. */
const oldest = [3, 2] as const;

/** What `fleet doctor` asks: whether there is a tmux that is new enough. */
export async function checkTmux({ command }: TmuxConfig): Promise<readonly CheckResult[]> {
  try {
    const { stdout } = await promisify(execFile)(command, ["-V"], { env: programEnvironment, timeout: 5000 });
    return [judge(stdout.trim())];
  } catch (error) {
    const way = "install tmux, or name it by its path as `command` of the tmux adapter";
    return [{ isOk: false, text: `running ${command}: ${messageOf(error)}`, way }];
  }
}

/** Versions look like `tmux 3.3a`; what bears no number (`tmux master`) is newer than any. */
function judge(version: string): CheckResult {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return { isOk: true, text: version };
  const isNewEnough =
    Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
  if (isNewEnough) return { isOk: true, text: version };
  return {
    isOk: false,
    text: `${version} is too old to wake sessions`,
    way: `install tmux ${oldest.join(".")} or newer`,
  };
}
