import { nonceTag } from "@fleetbus/core";
import { contextOf, type ClaudeLab } from "./claude-lab.ts";
import type { HookCall } from "./claude-recorder.ts";
import { until } from "./claude.ts";
import type { ModelRequest } from "./stub-model.ts";

/** Permission modes in which fleet works, as the CLI spells them. */
export const modes = ["default", "acceptEdits", "bypassPermissions"] as const;

/** Settings under which tools run without asking. */
export const allowed = { permissions: { allow: ["Bash", "Agent"] } };

/** Submits a prompt; resolves with the Stop that ends its turn. */
export async function turn({ claude, hooks }: ClaudeLab, prompt: string): Promise<HookCall> {
  const before = (await hooks.calls("Stop")).length;
  await claude.submit(prompt);
  return nth(hooks, "Stop", before);
}

/** The call number `index` of an event, from 0, once it came. */
export async function nth(hooks: ClaudeLab["hooks"], event: string, index: number): Promise<HookCall> {
  const find = async () => (await hooks.calls(event))[index];
  await until(async () => (await find()) !== undefined, {
    timeoutMs: 30_000,
    what: () => `${event} number ${index}`,
  });
  const call = await find();
  if (call === undefined) throw new Error(`${event} number ${index} is gone`);
  return call;
}

/** The next call of `event` offers a nonce as context. */
export function offer({ hooks }: ClaudeLab, event: string, nonce: string): Promise<void> {
  return hooks.answerNext(event, contextOf(event, nonceTag(nonce)));
}

/** The model requests that hold a nonce. */
export function holding({ model }: ClaudeLab, nonce: string): readonly ModelRequest[] {
  return model.holding(nonceTag(nonce));
}

/** Their numbers, from 0. */
export function requestsWith(lab: ClaudeLab, nonce: string): readonly number[] {
  return holding(lab, nonce).map((request) => request.seq);
}

/** The request that waits at `[[hold …]]`. */
export function held({ model }: ClaudeLab): Promise<ModelRequest> {
  return model.waitFor((request) => request.endedAt === 0);
}

/** Presses Esc; resolves when the session list says idle. How soon that is, is no matter for a machine that others use too. */
export async function escape({ claude, waitForStatus }: ClaudeLab): Promise<void> {
  const pressed = Date.now();
  await claude.press("Escape");
  await waitForStatus("idle", pressed);
}

/** Deletes what stands in the composer. */
export async function emptyComposer({ claude }: ClaudeLab): Promise<void> {
  await claude.press("C-u");
  await claude.waitForScreen(/❯\s*\n/);
}

/** The events that fired so far, in order; MessageDisplay races with Stop and is left out. */
export async function eventsOf({ hooks }: ClaudeLab): Promise<readonly string[]> {
  return (await hooks.calls()).map((call) => call.event).filter((event) => event !== "MessageDisplay");
}
