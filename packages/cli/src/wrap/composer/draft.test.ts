import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyDraft, foldDraft, isEmpty, type Draft } from "./draft.ts";

const fold = (...chunks: readonly (string | Buffer)[]): Draft =>
  chunks.reduce<Draft>((draft, chunk) => foldDraft(draft, Buffer.from(chunk)).draft, emptyDraft);

const esc = "\u001b";
const paste = (text: string) => `${esc}[200~${text}${esc}[201~`;

/** What a composer holds by the keys: nothing, a person's text, or nobody knows. */
function standing(draft: Draft): string {
  if (isEmpty(draft)) return "empty";
  return draft.characters > 0 || draft.isPasting ? "draft" : "unsure";
}

describe("[case 35] what stands in the composer by the keys", () => {
  const table: readonly (readonly [string, readonly string[], string])[] = [
    ["nothing typed", [], "empty"],
    ["a letter", ["a"], "draft"],
    ["blanks alone", ["  "], "draft"],
    ["letters that came one by one", ["a", "b", "c"], "draft"],
    ["Enter", ["hello\r"], "empty"],
    ["C-c", ["hello\u0003"], "empty"],
    ["C-u", ["hello\u0015"], "empty"],
    ["text after Enter", ["hello\rwor"], "draft"],
    ["text after C-u", ["hello\u0015w"], "draft"],
    ["Enter after a backslash, which breaks the line", ["hello\\\r"], "draft"],
    ["Alt-Enter, which breaks the line", [`hello${esc}\r`], "draft"],
    ["Shift-Enter in the protocols of kitty and xterm", [`a${esc}[13;2u`, `${esc}[27;2;13~`], "draft"],
    ["C-j, which breaks the line", ["hello\n"], "draft"],
    ["C-u in the second line leaves the first", ["one\ntwo\u0015"], "draft"],
    ["C-u behind a cursor that was moved leaves the rest", [`hello${esc}[D\u0015`], "draft"],
    ["erased to the last letter", ["ab\u007f"], "draft"],
    ["erased", ["ab\u007f\b"], "empty"],
    ["erased, of more bytes than letters", ["\u00e4\u20ac\u007f\u007f"], "empty"],
    ["Enter, C-c and C-u in kitty's protocol", [`a${esc}[13u`, `b${esc}[99;5u`, `c${esc}[117;5u`], "empty"],
    ["a paste whose line ends the terminal sends as Enter", ["one\rtwo\r"], "empty"],
    ["a bracketed paste, which nothing has submitted", [paste("one\rtwo\r")], "draft"],
    ["a bracketed paste and Enter", [`${paste("one\rtwo")}\r`], "empty"],
    ["a bracketed paste and C-c", [paste("one\rtwo"), "\u0003"], "empty"],
    ["C-c inside a paste is text", [`${esc}[200~one\u0003`], "draft"],
    ["an empty paste", [paste("")], "empty"],
  ];
  test.each(table)("%s: %j", (_, chunks, expected) => {
    expect(standing(fold(...chunks))).toBe(expected);
  });

  const never: readonly (readonly [string, string])[] = [
    ["Esc", esc],
    ["focus", `${esc}[I${esc}[O`],
    ["the mouse", `${esc}[<0;10;20M${esc}[<0;10;20m`],
    ["the mouse in its old form", `${esc}[M !!`],
    ["where the cursor is", `${esc}[12;40R`],
    ["what the terminal is", `${esc}[?62;c${esc}[>0;276;0c`],
    ["its colours", `${esc}]11;rgb:1e1e/1e1e/1e1e${esc}\\`],
    ["its name", `${esc}P>|xterm(388)${esc}\\`],
    ["a page up and a change of mode", `${esc}[5~${esc}[Z`],
    ["a key that is let go", `${esc}[97;1:3u`],
  ];
  test.each(never)("escape sequences are never text: %s", (_, sequence) => {
    expect(standing(fold(sequence))).toBe("empty");
  });

  test.each([
    ["up", `${esc}[A`],
    ["left", `${esc}OD`],
    ["tab", "\t"],
    ["C-r", "\u0012"],
    ["C-y", "\u0019"],
    ["Alt-p", `${esc}p`],
    ["F2", `${esc}OQ`],
  ])("%s is no text, and puts nobody knows what there until Enter or C-c", (_, key) => {
    expect(fold(key)).toMatchObject({ characters: 0 });
    expect(standing(fold(key))).toBe("unsure");
    expect(standing(fold(key, "\u0003"))).toBe("empty");
    expect(fold(key, "\r")).toMatchObject({ isUnsure: false, mayBeOpen: true });
  });

  test("a sequence that comes in pieces is one, wherever it is cut", () => {
    const whole = `a${esc}[200~b\r${esc}[201~${esc}[12;40R\r${esc}]11;rgb:1/1/1${esc}\\${esc}[Ic`;
    for (let at = 1; at < whole.length; at += 1) {
      const { characters, isPasting, isUnsure } = fold(whole.slice(0, at), whole.slice(at));
      expect({ at, characters, isPasting, isUnsure }).toEqual({
        at,
        characters: 1,
        isPasting: false,
        isUnsure: false,
      });
    }
  });

  test("Esc and a key later are two keys", () => {
    expect(standing(fold("x", esc, "\r"))).toBe("empty");
    expect(standing(fold("x", esc, "\u0003"))).toBe("empty");
    expect(standing(fold(esc, "x"))).toBe("draft");
  });

  test("the terminal's answers are no keys of a person", () => {
    expect(foldDraft(emptyDraft, Buffer.from(`${esc}[I${esc}[12;40R`)).hasKey).toBe(false);
    expect(foldDraft(emptyDraft, Buffer.from("a")).hasKey).toBe(true);
    expect(foldDraft(emptyDraft, Buffer.from(`${esc}[A`)).hasKey).toBe(true);
  });

  test("no bytes whatever break it, and C-c outside a paste always clears", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 5 }), (chunks) => {
        const draft = chunks.reduce<Draft>((before, chunk) => foldDraft(before, chunk).draft, emptyDraft);
        expect(draft.characters).toBeGreaterThanOrEqual(0);
        fc.pre(draft.rest === "" && !draft.isPasting);
        expect(isEmpty(foldDraft(draft, Buffer.from("\u0003")).draft)).toBe(true);
      }),
    );
  });
});
