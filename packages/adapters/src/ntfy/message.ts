import type { Choice, Notice, Priority } from "@fleetbus/core";
import type { NtfyConfig } from "./adapter.ts";
import { answerLine } from "./limits.ts";

/** A button in ntfy's own words; the server takes three. */
export type NtfyAction = Readonly<Record<string, string | boolean>>;

/** A message in ntfy's own words. */
export interface NtfyMessage {
  readonly title?: string;
  readonly message: string;
  readonly priority: number;
  readonly tags?: readonly string[];
  readonly click?: string;
  readonly actions?: readonly NtfyAction[];
  readonly sequence_id?: string;
}

const priorities: Readonly<Record<Priority, number>> = { low: 2, normal: 3, high: 4, urgent: 5 };
const emojis: Partial<Readonly<Record<Priority, string>>> = { high: "warning", urgent: "rotating_light" };

/**
 * A notice as ntfy's fields. Its id is the sequence's: a second try shows as an update of the same notification; servers
 * before 2.16 show it twice. Not its key: a client may show an update without a sound, and a later state is to be heard.
 */
export function messageOf(config: NtfyConfig, notice: Notice): NtfyMessage {
  const { title, priority, link, id } = notice;
  const all = [...tagsOf(notice), ...config.tags];
  const actions = actionsOf(config, notice);
  return {
    ...(title === "" ? {} : { title }),
    message: textOf(config, notice),
    priority: priorities[priority],
    ...(all.length === 0 ? {} : { tags: all }),
    ...(link === undefined ? {} : { click: link }),
    ...(actions.length === 0 ? {} : { actions }),
    ...(/^[-_A-Za-z0-9]{1,64}$/.test(id) ? { sequence_id: id } : {}),
  };
}

function tagsOf({ priority, isResolved }: Notice): readonly string[] {
  const emoji = isResolved ? "white_check_mark" : emojis[priority];
  return emoji === undefined ? [] : [emoji];
}

/** Choices as buttons of the phone, which posts their token to the reply topic. It has no credentials to send with them. */
export function choiceActions(config: NtfyConfig, choices: readonly Choice[]): readonly NtfyAction[] {
  if (config.reply_topic === undefined) return [];
  const url = `${config.server.replace(/\/+$/, "")}/${config.reply_topic}`;
  return choices
    .slice(0, maxActions)
    .map(({ label, token }) => ({ action: "http", label, url, method: "POST", body: token, clear: true }));
}

const maxActions = 3;

function actionsOf(config: NtfyConfig, { reply }: Notice): readonly NtfyAction[] {
  const configured = config.actions.map((each) => ({ action: "view", ...each }));
  return [...choiceActions(config, reply?.choices ?? []), ...configured].slice(0, maxActions);
}

function textOf({ reply_topic: topic }: NtfyConfig, { text, reply }: Notice): string {
  return topic === undefined || reply === undefined ? text : `${text}\n${answerLine(reply.token, topic)}`;
}
