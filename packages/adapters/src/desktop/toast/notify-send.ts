import { createHash } from "node:crypto";
import type { Choice, Priority } from "@fleetbus/core";
import { soundOf } from "./sound.ts";
import type { ToastInput } from "./toast.ts";

/** libnotify knows three (ECOSYSTEM.md, severity to priority). */
const urgency: Readonly<Record<Priority, string>> = {
  low: "low",
  normal: "normal",
  high: "critical",
  urgent: "critical",
};

/** Arguments of libnotify's notify-send, 0.8 or newer; it prints the toast's number. */
export function notifySend(toast: ToastInput): readonly string[] {
  return ["--print-id", ...argumentsOf(toast)];
}

/**
 * The same toast with choices, which makes it wait; told apart by their places, for the tokens are nobody else's to read.
 * It made its sound before. The number cannot be had of this one: it stands in its buffer until it ends (0.8.1).
 */
export function notifySendAsking(
  { notice: { sound: _made, ...notice }, ...toast }: ToastInput,
  choices: readonly Choice[],
): readonly string[] {
  const actions = choices.map(({ label }, at) => `--action=choice-${at}=${label}`);
  return [...actions, ...argumentsOf({ ...toast, notice })];
}

function argumentsOf({ notice, app, replaces }: ToastInput): readonly string[] {
  const { title, text, priority, isResolved, sound, key } = notice;
  return [
    `--app-name=${app}`,
    `--urgency=${isResolved ? "low" : urgency[priority]}`,
    ...(replaces === undefined ? [] : [`--replace-id=${replaces}`]),
    ...(sound === undefined ? [] : [hintOf(sound)]),
    // servers that know it replace by this where the number is forgotten, as after a restart
    `--hint=string:x-dunst-stack-tag:${stackTag(key)}`,
    "--",
    title === "" ? app : title,
    bodyOf(text),
  ];
}

/** A hint's value ends at a colon: a file of such a name cannot be told. */
function hintOf(value: string): string {
  const sound = soundOf(value);
  if (sound.type === "file" && !sound.path.includes(":")) return `--hint=string:sound-file:${sound.path}`;
  return `--hint=string:sound-name:${value.replace(/[^\w.-]/g, "-")}`;
}

function stackTag(key: string): string {
  return `fleet-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}

/** The body is markup, and notify-send itself reads backslashes in it as C does. */
function bodyOf(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\\", "\\\\");
}
