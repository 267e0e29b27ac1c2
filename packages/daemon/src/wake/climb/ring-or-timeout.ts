import { timeLimit } from "@fleetbus/core";
import type { Bell } from "../../life/bell.ts";

/** Resolves when it rings, or after so many milliseconds. Rings do not carry over: what rang while nobody waited was seen by the check before. */
export async function ringOrTimeout(bell: Bell, ms: number): Promise<void> {
  await bell.wait(timeLimit(Math.max(1, Math.ceil(ms))));
}
