/** What a launch runs its crew in. */
export const muxNames = ["tmux", "zellij"] as const;
/** One of them. */
export type MuxName = (typeof muxNames)[number];
