import { getNodeValue } from "jsonc-parser";
import { z } from "zod";
import { readSettings } from "../install/settings-file.ts";
import { documentOf } from "../install/settings-text.ts";

/** Whether a command in the CLI's own shell reaches the daemon, as far as its settings say. */
export interface SandboxFinding {
  readonly isReached: boolean;
  /** What was found, as a sentence about the shell. */
  readonly text: string;
  /** What to write into the settings, where it is not reached. */
  readonly way?: string;
}

/** Where to look. */
export interface SandboxPlace {
  /** All files that the CLI reads, the one that decides last. */
  readonly files: readonly string[];
  readonly platform: string;
  readonly socketFile: string;
}

const schema = z.looseObject({
  sandbox: z
    .looseObject({
      enabled: z.boolean().optional(),
      excludedCommands: z.array(z.string()).default([]),
      network: z
        .looseObject({
          allowUnixSockets: z.array(z.string()).default([]),
          allowAllUnixSockets: z.boolean().optional(),
        })
        .prefault({}),
    })
    .prefault({}),
});
type Sandbox = z.infer<typeof schema>["sandbox"];

/**
 * Reads Claude Code's sandbox settings (2.1.329: off unless `enabled`; on, all unix sockets are blocked; macOS can allow
 * one by its path, Linux cannot, for seccomp sees no paths). Settings that are not of this shape count as not there.
 */
export async function claudeSandbox({ files, platform, socketFile }: SandboxPlace): Promise<SandboxFinding> {
  const all = await Promise.all(files.map(sandboxIn));
  if (all.findLast(({ enabled }) => enabled !== undefined)?.enabled !== true)
    return { isReached: true, text: "its shell is not sandboxed and reaches fleet's socket" };
  if (all.some(({ network }) => network.allowAllUnixSockets === true))
    return { isReached: true, text: "its shell is sandboxed, with all unix sockets allowed" };
  if (all.some(({ excludedCommands }) => excludedCommands.some(isFleet)))
    return { isReached: true, text: "its shell is sandboxed; fleet runs outside (sandbox.excludedCommands)" };
  if (platform === "darwin" && all.some(({ network }) => allows(network.allowUnixSockets, socketFile)))
    return { isReached: true, text: "its shell is sandboxed, with fleet's socket allowed" };
  const way =
    platform === "darwin"
      ? `add ${JSON.stringify(socketFile)} to sandbox.network.allowUnixSockets`
      : 'add "fleet *" to sandbox.excludedCommands: on Linux a socket cannot be allowed by its path';
  return { isReached: false, text: "its shell is sandboxed and does not reach fleet's socket", way };
}

async function sandboxIn(file: string): Promise<Sandbox> {
  const document = documentOf(await readSettings(file));
  const parsed = schema.safeParse(document === undefined ? {} : getNodeValue(document.root));
  return parsed.success ? parsed.data.sandbox : schema.parse({}).sandbox;
}

/** Patterns in the syntax of permission rules that stand for every call of `fleet`. */
function isFleet(pattern: string): boolean {
  return ["fleet *", "fleet:*", "fleet*", "*"].includes(pattern.trim());
}

function allows(paths: readonly string[], socketFile: string): boolean {
  return paths.some((path) => socketFile === path || socketFile.startsWith(`${path.replace(/\/$/, "")}/`));
}
