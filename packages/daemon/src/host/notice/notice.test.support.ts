import type { FleetEvent, TextTraits } from "@fleetbus/core";
import type { NoticeOptions } from "./options.ts";

/** An event of `lab/web`. */
export function eventOf(kind: string, data: FleetEvent["data"] = {}): FleetEvent {
  return {
    ...{ id: "01jgp3v0000000000000000000", kind, data, origin: "agent" },
    from: { machine: "lab", session: "web" },
    time: "2026-01-02T15:04:05.000Z",
  };
}

/** A channel that takes plain text. */
export const plainText: TextTraits = {
  ...{ maxTitle: 100, maxText: 1000, unit: "characters", overflow: ["truncate", "split", "attach"] },
  escape: (value) => value,
};

/** Escapes in the manner of channels, each with what must not come through of a value. */
export const escapes = {
  html: (value: string) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  markdown: (value: string) => value.replace(/[\\`*_~[\]()<>#+.!|-]/g, "\\$&"),
  mentions: (value: string) => value.replaceAll("@", "@\u200b"),
  none: (value: string) => value,
} as const;

/** Options for a channel with some of its traits changed. */
export function optionsOf(
  traits: Partial<TextTraits> = {},
  change: Partial<NoticeOptions> = {},
): NoticeOptions {
  return { text: { ...plainText, ...traits }, template: {}, ...change };
}
