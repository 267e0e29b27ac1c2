/**
 * Every way to reach an idle session that DESIGN §6 names, best first. An adapter acts on those that are a `Rung`; the
 * continuation is a hook's answer, channels are Claude Code's and not to be had, toast and phone tell the human instead.
 */
export const wakeSteps = [
  "continuation",
  "rewake",
  "channels",
  "queue",
  "socket",
  "tmux",
  "zellij",
  "pty",
  /** An adapter of somebody's own (docs/custom-rung.md). */
  "custom",
  "toast",
  "phone",
] as const;
export type WakeStep = (typeof wakeSteps)[number];
