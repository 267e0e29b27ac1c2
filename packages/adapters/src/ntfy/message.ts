import type { Notice, Priority } from "@fleetbus/core";
import type { NtfyConfig } from "./adapter.ts";

/** A message in ntfy's own words. */
export interface NtfyMessage {
  readonly title?: string;
  readonly message: string;
  readonly priority: number;
  readonly tags?: readonly string[];
  readonly click?: string;
  readonly actions?: readonly Readonly<Record<string, string>>[];
  readonly sequence_id?: string;
}

const priorities: Readonly<Record<Priority, number>> = { low: 2, normal: 3, high: 4, urgent: 5 };
const emojis: Partial<Readonly<Record<Priority, string>>> = { high: "warning", urgent: "rotating_light" };

/**
 * A notice as ntfy's fields. Its id is the sequence's: a second try shows as an update of the same notification; servers
 * before 2.16 show it twice. Not its key: a client may show an update without a sound, and a later state is to be heard.
 */
export function messageOf({ tags, actions }: NtfyConfig, notice: Notice): NtfyMessage {
  const { title, text, priority, link, id } = notice;
  const all = [...tagsOf(notice), ...tags];
  return {
    ...(title === "" ? {} : { title }),
    message: text,
    priority: priorities[priority],
    ...(all.length === 0 ? {} : { tags: all }),
    ...(link === undefined ? {} : { click: link }),
    ...(actions.length === 0 ? {} : { actions: actions.map((each) => ({ action: "view", ...each })) }),
    ...(/^[-_A-Za-z0-9]{1,64}$/.test(id) ? { sequence_id: id } : {}),
  };
}

function tagsOf({ priority, isResolved }: Notice): readonly string[] {
  const emoji = isResolved ? "white_check_mark" : emojis[priority];
  return emoji === undefined ? [] : [emoji];
}
