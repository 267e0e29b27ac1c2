import { lineCommand, word } from "@fleetbus/hooks";

/** A program with a status line that fleet knows. */
export type Place = "claude" | "tmux" | "starship";

/**
 * What to put into each program's settings, given the script's path. The names and units are those programs' own:
 * Claude Code's `statusLine` (`refreshInterval` in seconds), tmux' formats, starship's custom commands.
 */
export const snippets: Readonly<Record<Place, (script: string) => string>> = {
  claude: (script) => {
    const statusLine = { type: "command", command: lineCommand(script), refreshInterval: 5 };
    return `${JSON.stringify({ statusLine }, null, 2)}\n`;
  },
  tmux: (script) => {
    const call = `${word(script)} tmux "#{socket_path}" "#{pane_id}"`;
    return `${tmuxRoom}set -ag status-right ${tmuxText(` #(${call})`)}\n`;
  },
  starship: (script) =>
    [
      "[custom.fleet]",
      `command = ${JSON.stringify(`${word(script)} name me`)}`,
      "when = true",
      'shell = ["/bin/sh"]',
      "",
    ].join("\n"),
};

/** tmux cuts its right side at 40 cells, which its own default fills; who has more room keeps it. */
const tmuxRoom = "if-shell -F '#{e|<:#{status-right-length},100}' 'set -g status-right-length 100'\n";

/** As one argument of tmux' own command line, in double quotes: there a $ and a \ mean something. */
function tmuxText(text: string): string {
  return `"${text.replace(/[\\"$]/g, String.raw`\$&`)}"`;
}
