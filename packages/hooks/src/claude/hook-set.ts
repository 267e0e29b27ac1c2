import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { FleetError, messageOf } from "@fleetbus/core";
import { isOwnCommand } from "../cli/hook-set.ts";
import { hookProtocol } from "../client/render.ts";
import type { Handler, HookSet } from "../install/hook-set.ts";
import { claudeEventNames, claudeEvents, type ClaudeEventName } from "./events.ts";
import { claudeConfigDir } from "./registry.ts";

/** How fleet's hooks are to stand in Claude Code's settings. */
export interface ClaudeHookOptions {
  /** The stable copy of the client (installClient). */
  readonly client: string;
  /**
   * `client` (default): a tiny process an event, silent while the daemon is down. `http`: no process, but an error on
   * the screen at each event while the daemon is down; needs the daemon's `port` to stay, and its token in the
   * environment variable FLEET_HOOK_TOKEN of the shell that starts Claude (never in the settings). SessionStart, which
   * has no http hooks, and the waiters stay with the client.
   */
  readonly transport?: { readonly is: "client" } | { readonly is: "http"; readonly port: number };
  /** Whose hooks they are: the CLI runs those of its settings and of a plugin side by side, and the daemon takes one of two. */
  readonly via?: "settings" | "plugin";
}

/** The folder of fleet's plugin: Claude Code loads each plugin that stands among the user's skills. */
export function claudePluginFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(claudeConfigDir(env), "skills", "fleet");
}

/** Where Claude Code keeps the user's settings for this environment. */
export function claudeSettingsFile(env: Readonly<Record<string, string | undefined>>): string {
  return join(claudeConfigDir(env), "settings.json");
}

/** Where an administrator's settings stand, which may switch the user's hooks off. */
export function claudeManagedSettingsFile(platform: string): string {
  const folder = platform === "darwin" ? "/Library/Application Support/ClaudeCode" : "/etc/claude-code";
  return join(folder, "managed-settings.json");
}

/** What fleet wants in Claude Code's settings, and how it knows its own there. */
export function claudeHooks(options: ClaudeHookOptions): HookSet {
  const { client, transport = { is: "client" }, via = "settings" } = options;
  const names = claudeEventNames.filter((name) => transport.is === "http" || !claudeEvents[name].isFrequent);
  const wanted = names.map((event) => ({ event, handlers: handlersOf(event, { client, transport, via }) }));
  return { cli: "claude", wanted, rules: claudeAllowRules, owns };
}

/** Rules by which a woken Claude may read its mail and answer without asking its human each time; nothing else of fleet. */
export const claudeAllowRules: readonly string[] = ["inbox", "reply", "report"].map(
  (command) => `Bash(fleet ${command}:*)`,
);

/** Rejects with `failed` when the client does not run on this machine; nothing is sent anywhere. */
export async function checkClient(client: string): Promise<void> {
  try {
    await promisify(execFile)(client, [], { timeout: 5000 });
  } catch (cause) {
    throw new FleetError("failed", `running the hook client ${client}: ${messageOf(cause)}`, { cause });
  }
}

/** Handlers run without a shell: what `command` names is started with `args` as they are. */
function handlersOf(
  event: ClaudeEventName,
  { client, transport, via }: Required<ClaudeHookOptions>,
): readonly Handler[] {
  const { transports, timeout, startsWaiter } = claudeEvents[event];
  const isHttp = transport.is === "http" && transports.includes("http");
  const teller: Handler = isHttp
    ? httpHandler(event, transport.port)
    : {
        type: "command",
        command: client,
        args: ["claude", event, ...(via === "plugin" ? [via] : [])],
        timeout,
      };
  const waiter: Handler = {
    type: "command",
    command: client,
    args: ["wait", "claude"],
    asyncRewake: true,
    timeout: 86_400,
  };
  return startsWaiter ? [teller, waiter] : [teller];
}

/** The daemon answers in milliseconds; a hung one must not hold the turn for long. */
const httpTimeoutS = 3;

/** Interpolated from the CLI's own environment, and only what is listed. */
const httpHeaders = {
  Authorization: "Bearer $FLEET_HOOK_TOKEN",
  "X-Fleet-Pane": "$TMUX_PANE",
  "X-Fleet-Tmux": "$TMUX",
  "X-Fleet-Session": "$FLEET_SESSION",
  "X-Fleet-Parent": "$FLEET_PARENT",
  "X-Fleet-Role": "$FLEET_ROLE",
};

function httpHandler(event: ClaudeEventName, port: number): Handler {
  return {
    type: "http",
    url: `http://127.0.0.1:${port}/v1/hook/claude/${event}`,
    headers: { ...httpHeaders, "X-Fleet-Version": String(hookProtocol) },
    allowedEnvVars: ["FLEET_HOOK_TOKEN", "TMUX_PANE", "TMUX", "FLEET_SESSION", "FLEET_PARENT", "FLEET_ROLE"],
    timeout: httpTimeoutS,
  };
}

const OWN_URL = /^http:\/\/(127\.0\.0\.1|localhost):\d+\/v1\/hook\/claude\/[A-Za-z]+$/;

/** By what it calls, of whichever place or version: the client's file name with a word of its own, or the daemon's path. */
function owns(handler: Handler): boolean {
  const { type, url } = handler;
  if (type === "http") return typeof url === "string" && OWN_URL.test(url);
  return isOwnCommand(handler, ["claude", "wait"]);
}
