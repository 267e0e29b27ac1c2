import type { Noun } from "../../command/tree.ts";

/** `fleet statusline` */
export const statuslineNoun: Noun = {
  name: "statusline",
  summary: "the fleet in a status line: Claude, tmux, starship",
  bare: "show",
  verbs: [
    {
      name: "show",
      summary: "print it, or what to paste: --claude, --tmux, --starship",
      load: async () => (await import("./show.ts")).show,
    },
    {
      name: "install",
      summary: "into Claude Code's, below your own; --apply makes it",
      load: async () => (await import("./change.ts")).install,
    },
    {
      name: "uninstall",
      summary: "out again; --apply makes it",
      load: async () => (await import("./change.ts")).uninstall,
    },
  ],
};
