const up = (rows: number) => (rows > 0 ? `\u001b[${rows}A` : "");
const toColumn = (column: number) => `\r\u001b[${column}C`;
const clearBelow = "\r\u001b[J";

/** The lower part of the terminal: the composer between two rules, and a line of state. */
export interface AgentScreen {
  /** Draws the composer with `text` over the one before. */
  draw(text: string, state: string): void;
  /** A line of the conversation, above the composer. */
  say(text: string): void;
}

/** A composer as Claude Code draws it: full width, long text wrapped and indented. */
export function agentScreen(output: {
  readonly columns?: number;
  write(text: string): unknown;
}): AgentScreen {
  let text = "";
  let state = "";
  let cursorRow = 0;
  const home = () => `${up(cursorRow)}${clearBelow}`;
  const composer = () => {
    const width = output.columns ?? 80;
    const rows = wrap(text, width - 3);
    const rule = "─".repeat(width);
    const lines = rows.map((row, index) => `${index === 0 ? "❯\u00a0" : "  "}${row}`);
    cursorRow = rows.length;
    return `${[rule, ...lines, rule, `  ${state}`].join("\r\n")}${up(2)}${toColumn(2 + Array.from(rows.at(-1) ?? "").length)}`;
  };
  return {
    draw: (nextText, nextState) => {
      text = nextText;
      state = nextState;
      output.write(home() + composer());
    },
    say: (line) => void output.write(`${home()}${line.replace(/\n/g, "\r\n  ")}\r\n${composer()}`),
  };
}

function wrap(text: string, width: number): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const characters = Array.from(line);
    const count = Math.max(1, Math.ceil(characters.length / width));
    return Array.from({ length: count }, (_, row) =>
      characters.slice(row * width, (row + 1) * width).join(""),
    );
  });
}
