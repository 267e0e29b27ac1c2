import type { SourceAnswer } from "@fleetbus/core";
import { sanitiseLine } from "@fleetbus/core";
import type { Grant, Grants } from "./grant.ts";
import { goalSchema, type Goal } from "./goal.ts";
import type { Records } from "./records.ts";
import { refusal } from "./refusal.ts";

/** How long a text waits for the word that it goes. */
const heldMs = 10 * 60_000;
const shownBytes = 60;

/** What holding works with. */
export interface HoldDeps {
  readonly records: Records;
  readonly grants: Grants;
}

/** Keeps a text until its sender says that it goes: resolves with the line that asks. */
export async function hold({ records }: HoldDeps, id: string, goal: Goal): Promise<string> {
  await records.put({ kind: "held", name: id, value: goal, ttlMs: heldMs });
  const begin = sanitiseLine(goal.text, { maxBytes: shownBytes });
  return `to ${goal.to}: "${begin}${begin === sanitiseLine(goal.text) ? "" : "…"}"?`;
}

/** The question with new ways to answer it. */
export async function asked({ grants }: HoldDeps, id: string, line: string): Promise<SourceAnswer> {
  return { line, choices: await grants.ask(id, heldMs) };
}

/** What was held. Throws where it is too late. */
export async function heldGoal({ records }: HoldDeps, held: NonNullable<Grant["held"]>): Promise<Goal> {
  const found = await records.get("held", held.id, goalSchema);
  if (found !== undefined) return found.value;
  throw refusal("late", "it waited for your word for 10 minutes and was dropped: send it again");
}
