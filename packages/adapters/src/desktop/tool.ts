import { release } from "node:os";
import type { DesktopConfig, Tool } from "./config.ts";

/** The system that the daemon runs on. */
export interface System {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `os.release()`: within WSL it names Microsoft. */
  readonly release: string;
}

/** This one. */
export function thisSystem(): System {
  return { platform: process.platform, release: release() };
}

const usual = { linux: "notify-send", macos: "osascript", windows: "powershell" } as const;

/** The program that is meant. */
export function toolOf({ platform, tool }: Pick<DesktopConfig, "platform" | "tool">, system: System): Tool {
  if (tool !== "auto") return tool;
  return usual[platform === "auto" ? platformOf(system) : platform];
}

function platformOf({ platform, release: version }: System): keyof typeof usual {
  if (platform === "darwin") return "macos";
  return platform === "win32" || /microsoft/i.test(version) ? "windows" : "linux";
}
