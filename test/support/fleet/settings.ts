import { claudeEventNames, claudeEvents } from "@fleetbus/hooks";

/** A demo agent's settings, with all hooks through the client at `client`. */
export function demoSettings(client: string, hasWaiter = true): object {
  const names = claudeEventNames;
  return {
    hooks: Object.fromEntries(
      names.map((name) => [name, [{ hooks: handlersOf(name, client).slice(0, hasWaiter ? 2 : 1) }]]),
    ),
  };
}

function handlersOf(event: (typeof claudeEventNames)[number], client: string): readonly object[] {
  const { timeoutS, startsWaiter } = claudeEvents[event];
  const teller = { type: "command", command: client, args: ["demo", event], timeout: timeoutS };
  const waiter = {
    type: "command",
    command: client,
    args: ["wait", "demo"],
    asyncRewake: true,
    timeout: 86_400,
  };
  return startsWaiter ? [teller, waiter] : [teller];
}
