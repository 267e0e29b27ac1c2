import type { Clock } from "@fleetbus/core";
import type { Launched } from "./launch.ts";

/** What a command is given between being asked to end and being ended. */
export const graceMs = 10_000;

/** Ends a command that takes too long: SIGTERM, and after a grace SIGKILL. Without a time it never does. */
export function endAfter(
  timeoutMs: number | undefined,
  { kill }: Pick<Launched, "kill">,
  clock: Clock,
): { isOver(): boolean; cancel(): void } {
  const ended = new AbortController();
  let isOver = false;
  const end = async (afterMs: number) => {
    await clock.sleep(afterMs, ended.signal);
    isOver = true;
    kill("SIGTERM");
    await clock.sleep(graceMs, ended.signal);
    kill("SIGKILL");
  };
  if (timeoutMs !== undefined) void end(timeoutMs).catch(() => undefined); // it ended by itself
  return { isOver: () => isOver, cancel: () => ended.abort() };
}
