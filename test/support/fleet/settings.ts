import { claudeEventNames, claudeEvents } from "@fleetbus/hooks";

/** What may be different from what an installation makes. */
export interface SettingsOptions {
  readonly hasWaiter?: boolean | undefined;
  /** For every hook; that of each event unless given. */
  readonly timeoutS?: number | undefined;
}

/** A demo agent's settings, with all hooks through the client at `client`. */
export function demoSettings(client: string, { hasWaiter = true, timeoutS }: SettingsOptions = {}): object {
  const names = claudeEventNames;
  return {
    hooks: Object.fromEntries(
      names.map((name) => [
        name,
        [{ hooks: handlersOf(name, client, timeoutS).slice(0, hasWaiter ? 2 : 1) }],
      ]),
    ),
  };
}

function handlersOf(
  event: (typeof claudeEventNames)[number],
  client: string,
  timeoutS: number | undefined,
): readonly object[] {
  const { timeout: usual, startsWaiter } = claudeEvents[event];
  const teller = { type: "command", command: client, args: ["demo", event], timeout: timeoutS ?? usual };
  const waiter = {
    type: "command",
    command: client,
    args: ["wait", "demo"],
    asyncRewake: true,
    timeout: 86_400,
  };
  return startsWaiter ? [teller, waiter] : [teller];
}
