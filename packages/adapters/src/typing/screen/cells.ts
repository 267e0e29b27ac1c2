/** One character of a screen with what matters of its look. */
export interface Cell {
  readonly text: string;
  readonly isDim: boolean;
  readonly isItalic: boolean;
  readonly isReverse: boolean;
}

/** One line of a screen, left to right. Blanks at its end may be missing: tmux leaves them out. */
export type Row = readonly Cell[];

type Look = Omit<Cell, "text">;

const plain: Look = { isDim: false, isItalic: false, isReverse: false };

/** The rows of `capture-pane -e -p`. A look lasts over the end of a line until it is changed. */
export function parseScreen(lines: readonly string[]): readonly Row[] {
  let look = plain;
  return lines.map((line) => {
    const row: Cell[] = [];
    // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
    for (const part of line.split(/(\u001B\[[\d;:]*m)/u)) {
      if (part.startsWith("\u001B[")) look = apply(part.slice(2, -1), look);
      else for (const text of part) row.push({ text, ...look });
    }
    return row;
  });
}

/** The characters of a row. */
export function textOf(row: Row): string {
  return row.map((cell) => cell.text).join("");
}

/** Colours do not matter; their parameters must not be taken for attributes (`38;5;2` is a colour, not dim). */
function apply(parameters: string, before: Look): Look {
  const codes = (parameters === "" ? "0" : parameters).split(";");
  let look = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? "";
    if (code === "38" || code === "48" || code === "58") at += codes[at + 1] === "5" ? 2 : 4;
    else look = { ...look, ...changes[code] };
  }
  return look;
}

const changes: Readonly<Record<string, Partial<Look>>> = {
  "": plain,
  "0": plain,
  "2": { isDim: true },
  "3": { isItalic: true },
  "7": { isReverse: true },
  "22": { isDim: false },
  "23": { isItalic: false },
  "27": { isReverse: false },
};
