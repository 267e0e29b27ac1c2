import { textOf, type Cell, type Row } from "./cells.ts";
import type { ComposerFacts } from "./clis.ts";

/** What stands in the composer. */
export type Composer =
  /** It is not there as we know it: a menu, a dialog, another view. */
  | { readonly is: "hidden" }
  | { readonly is: "empty" }
  /** Somebody's text; without its blanks, because rows are wrapped and indented. */
  | {
      readonly is: "text";
      readonly squeezed: string;
      /** False when it is longer than the screen shows: then this is its end. */
      readonly isWhole: boolean;
    };

/** A captured screen. */
export interface Screen {
  readonly rows: readonly Row[];
  /** Undefined where the program hides it and the multiplexer does not tell it then (zellij). */
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

/**
 * Reads the composer around the cursor (DESIGN §6, HOOKS.md §5). Empty means both: the cursor stands at its home, and
 * there is no text of normal intensity. What is not recognised for sure is hidden. Where the cursor is not told, the last
 * prompt on the screen counts, and a draft of nothing but blanks is not seen.
 */
export function readComposer(screen: Screen, facts: ComposerFacts): Composer {
  const box = findBox(screen, facts);
  if (box === undefined) return { is: "hidden" };
  const typed = box.rows.map((row, index) =>
    typedIn(row, index === 0 && box.isWhole ? (facts.prompts[0] ?? "") : facts.indent, facts),
  );
  const squeezed = squeeze(typed.join(""));
  const isOneRow = box.rows.length === 1 && box.isWhole;
  const isHome = screen.cursor === undefined || screen.cursor.x === facts.home;
  if (squeezed === "" && isHome && isOneRow) return { is: "empty" };
  // Blanks alone are a draft too: rows without text, or a cursor that is not at home.
  return { is: "text", squeezed, isWhole: box.isWhole };
}

/** `text` as `Composer.squeezed` shows it. */
export function squeeze(text: string): string {
  return text.replace(/\s+/gu, "");
}

interface Box {
  readonly rows: readonly Row[];
  readonly isWhole: boolean;
}

/** The rows around the cursor, from edge to edge, each beginning as a composer's does. */
function findBox({ rows, cursor }: Screen, facts: ComposerFacts): Box | undefined {
  const at = cursor?.y ?? rows.findLastIndex((row) => isFirst(textOf(row).padEnd(8), facts));
  const isEdge = (at: number) => facts.edge.test(lineAt(rows, at));
  const inside = (at: number) => at >= 0 && at < rows.length && !isEdge(at);
  // A line of ours that got a newline instead of Enter ends in an empty row, which looks like an edge of blanks.
  if (!inside(at) && lineAt(rows, at).trim() !== "") return undefined;
  let top = at;
  while (inside(top - 1) && !isFirst(lineAt(rows, top), facts)) top -= 1;
  let bottom = at;
  while (inside(bottom + 1)) bottom += 1;
  if (top === 0 || bottom + 1 >= rows.length || !isEdge(top - 1)) return undefined;
  const lines = rows.slice(top, bottom + 1).map((_, index) => lineAt(rows, top + index));
  const isWhole = isFirst(lines[0] ?? "", facts);
  const isOurs = lines.slice(isWhole ? 1 : 0).every((line) => line.startsWith(facts.indent));
  // Without its first row it is known by what its edge says of the hidden ones.
  const isKnown = isWhole || facts.scrolled?.test(lineAt(rows, top - 1)) === true;
  return isOurs && isKnown ? { rows: rows.slice(top, bottom + 1), isWhole } : undefined;
}

function isFirst(line: string, { prompts }: ComposerFacts): boolean {
  return prompts.some((prompt) => line.startsWith(prompt));
}

/** A row with the blanks that tmux left out at its end. */
function lineAt(rows: readonly Row[], at: number): string {
  return textOf(rows[at] ?? []).padEnd(8);
}

function typedIn(row: Row, prefix: string, facts: ComposerFacts): string {
  const cells = row.slice(prefix.length);
  const said = facts.isGhostItalic === true ? cells.filter((cell) => !cell.isItalic) : cells;
  const text = textOf(withoutGhost(said)).replace(facts.tail ?? /$/, "");
  return facts.placeholders.includes(text.trim()) ? "" : text;
}

/** Without hints and placeholders: they are dim, but for the first character under a cursor that the CLI draws itself. */
function withoutGhost(cells: readonly Cell[]): readonly Cell[] {
  const isGhostNext =
    cells[1]?.isDim === true && cells.slice(1).every((cell) => cell.isDim || cell.text === " ");
  const start = cells[0]?.isReverse === true && isGhostNext ? 1 : 0;
  return cells.slice(start).filter((cell) => !cell.isDim);
}
