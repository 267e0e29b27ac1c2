// `dump-screen`: zellij-server/src/panes/grid.rs, dump_screen and dump_screen_with_ansi.
/* eslint-disable no-control-regex -- escape sequences are what is read and written */

const plain = { fg: "39", bg: "49", isBold: false, isDim: false, isItalic: false, isReverse: false };

/** A screen as tmux captures it with `-e`, in zellij's form: blanks without a background are cut at each row's end. */
export function dumpOf(screen, isAnsi) {
  let look = plain;
  const rows = screen.split("\n").map((line) => {
    const cells = [];
    for (const part of line.split(/(\u001b\[[\d;:]*m)/)) {
      if (part.startsWith("\u001b[")) look = apply(part.slice(2, -1), look);
      else for (const text of part) cells.push({ text, look });
    }
    return cells;
  });
  const lines = rows.map((cells) => rowOf(cut(cells), isAnsi));
  return isAnsi ? `${lines.join("\n")}\u001b[m` : lines.join("\n");
}

function cut(cells) {
  const last = cells.findLastIndex(({ text, look }) => text !== " " || look.bg !== "49");
  return cells.slice(0, last + 1);
}

function rowOf(cells, isAnsi) {
  let before;
  const parts = cells.map(({ text, look }) => {
    const style = isAnsi && JSON.stringify(look) !== JSON.stringify(before) ? styleOf(look) : "";
    before = look;
    return `${style}${text}`;
  });
  return parts.join("");
}

/** terminal_character.rs: Display of CharacterStyles writes all of a look, not what changes. */
function styleOf(look) {
  if (JSON.stringify(look) === JSON.stringify(plain)) return "\u001b[m";
  const { fg, bg, isBold, isDim, isItalic, isReverse } = look;
  const dim = isDim ? ["2"] : ["22", ...(isBold ? ["1"] : [])];
  const codes = [fg, bg, "29", "28", isReverse ? "7" : "27", "25", "25", isBold ? "1" : "22", "24", ...dim];
  return [...codes, isItalic ? "3" : "23"].map((code) => `\u001b[${code}m`).join("");
}

function apply(parameters, before) {
  const codes = (parameters === "" ? "0" : parameters).split(";");
  let look = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at];
    if (code === "38" || code === "48") {
      const length = codes[at + 1] === "5" ? 3 : 5;
      const colour = codes.slice(at, at + length).join(";");
      look = { ...look, [code === "38" ? "fg" : "bg"]: colour };
      at += length - 1;
    } else look = { ...look, ...changeOf(code) };
  }
  return look;
}

function changeOf(code) {
  const changes = {
    ...{ 0: plain, 1: { isBold: true }, 2: { isDim: true }, 3: { isItalic: true }, 7: { isReverse: true } },
    ...{ 22: { isBold: false, isDim: false }, 23: { isItalic: false }, 27: { isReverse: false } },
  };
  if (/^(3[0-79]|9[0-7])$/.test(code)) return { fg: code };
  if (/^(4[0-79]|10[0-7])$/.test(code)) return { bg: code };
  return changes[code] ?? {};
}
