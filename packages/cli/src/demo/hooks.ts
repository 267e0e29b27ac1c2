import { claudeHooks, type Handler, type HookSet } from "@fleetbus/hooks";

/**
 * The hooks of the demo's agent, in its own name. Without the waiter that Claude Code has: an idle agent of the demo is
 * woken by the tmux adapter, like a CLI that knows nothing better.
 */
export function demoHooks(client: string): HookSet {
  const { wanted, owns } = claudeHooks({ client });
  const renamed = wanted.map(({ event, handlers }) => ({
    event,
    handlers: handlers.filter(isTeller).map(inOwnName),
  }));
  return { cli: "demo", wanted: renamed, rules: [], owns };
}

function isTeller(handler: Handler): boolean {
  return handler["asyncRewake"] !== true;
}

function inOwnName(handler: Handler): Handler {
  const args: readonly unknown[] = Array.isArray(handler["args"]) ? handler["args"] : [];
  return { ...handler, args: args.map((arg) => (arg === "claude" ? "demo" : arg)) };
}
