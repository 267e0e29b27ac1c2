import { createHash } from "node:crypto";
import type { HookCall } from "./cli-port.ts";

/** So many events may lie between two calls that tell of the same one. */
const kept = 512;

/** Which calls tell of an event that was told already. */
export interface Twins {
  /** Whether the other one's hooks told of it before: each event counts once, whoever was first. */
  isSecond(call: HookCall): boolean;
}

/**
 * A CLI with fleet's hooks in its settings and fleet's plugin tells of each event twice, with the same payload. Which of
 * two is the second follows from counting, not from time: the n-th call of one side with a payload is the twin of the
 * other side's n-th. Who has one of both is never taken for a twin, whatever comes again.
 */
export function twins(): Twins {
  const counts = new Map<string, { settings: number; plugin: number }>();
  return {
    isSecond(call) {
      const key = digestOf(call);
      const count = counts.get(key) ?? { settings: 0, plugin: 0 };
      const [side, other] =
        call.via === "plugin" ? (["plugin", "settings"] as const) : (["settings", "plugin"] as const);
      const isSecond = count[side] < count[other];
      counts.delete(key);
      counts.set(key, { ...count, [side]: count[side] + 1 });
      const [oldest] = counts.keys();
      if (counts.size > kept && oldest !== undefined) counts.delete(oldest);
      return isSecond;
    },
  };
}

function digestOf({ cli, event, payload }: HookCall): string {
  return createHash("sha1")
    .update(`${cli} ${event} ${JSON.stringify(payload)}`)
    .digest("base64");
}
