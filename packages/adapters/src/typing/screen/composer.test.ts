import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseScreen } from "./cells.ts";
import { composers } from "./clis.ts";
import { readComposer, squeeze, type Composer } from "./composer.ts";

/** Screens of the real CLIs (Claude Code 2.1.329, Codex 0.169.0, Gemini CLI 0.61.0, Grok Build 1.0.41): cursor and command, then the capture. */
const folder = new URL("./seen/", import.meta.url);

function read(name: string, cli = name.split("-")[0] ?? "", isCursorTold = true): Composer {
  const [head = "", ...lines] = readFileSync(new URL(`${name}.screen`, folder), "utf8").split("\n");
  const [x = 0, y = 0] = head.split(" ").map(Number);
  return readComposer(
    { rows: parseScreen(lines), cursor: isCursorTold ? { x, y } : undefined },
    composers[cli]!,
  );
}

const hidden: Composer = { is: "hidden" };
const empty: Composer = { is: "empty" };
const text = (typed: string): Composer => ({ is: "text", squeezed: squeeze(typed), isWhole: true });

const seen: Readonly<Record<string, Composer>> = {
  "claude-idle": empty,
  "claude-unfocused-placeholder": empty,
  "claude-renamed": empty,
  "claude-after-esc": empty,
  "claude-busy": empty,
  "claude-draft": text("half typed"),
  "claude-draft-home": text("half typed"),
  "claude-draft-lines": text("half typed second"),
  "claude-draft-lines-home": text("half typed second"),
  "claude-slash": text("/mod"),
  "claude-prompt-back": text("SLOW{6000} hello"),
  "claude-bash": hidden,
  "claude-model": hidden,
  "claude-permission": hidden,
  "claude-agents": hidden,
  "codex-idle": empty,
  "codex-draft": text("half typed"),
  "codex-draft-home": text("half typed"),
  "codex-slash": text("/mo"),
  "codex-shell": hidden,
  "gemini-idle": empty,
  "gemini-draft": text("half typed"),
  "gemini-draft-home": text("half typed"),
  "gemini-slash": text("/mo"),
  "gemini-shell": hidden,
  "gemini-lines": empty,
  "gemini-lines-draft": text("half typed"),
  "gemini-newline": text(
    "1 fleet message waits for you from lab/me [fleet:68274a7d1de0b1d0]. Read it beside this line, or run: fleet inbox",
  ),
  "gemini-yolo": empty,
  "gemini-yolo-draft": text("half typed"),
  "grok-idle": empty,
  "grok-suggestion": empty,
  "grok-busy": empty,
  "grok-draft": text("half typed"),
  "grok-draft-home": text("half typed"),
  "grok-slash": text("/model"), // with what it would complete
  "grok-permission": hidden,
};

describe("the composer of a real CLI", () => {
  test.each(Object.entries(seen))("on the screen %s is read as it stands", (name, composer) => {
    expect(read(name)).toEqual(composer);
  });

  test.each(Object.entries(seen))(
    "on the screen %s is read the same where its cursor is not told",
    (name, composer) => {
      expect(read(name, undefined, false)).toEqual(composer);
    },
  );

  test("is checked on every screen that was kept", () => {
    const kept = readdirSync(folder).map((name) => name.replace(".screen", ""));
    expect(kept.toSorted()).toEqual(Object.keys(seen).toSorted());
  });

  test.each(["claude-idle", "claude-draft", "gemini-idle"])(
    "is not taken for another CLI's on %s",
    (name) => {
      const others = Object.keys(composers).filter((cli) => !name.startsWith(cli) && cli !== "demo");
      expect(others.map((cli) => read(name, cli))).toEqual(others.map(() => hidden));
    },
  );
});

const rule = "─".repeat(40);
const box = (...rows: readonly string[]) => ["", rule, ...rows, rule, "  ⏸ manual mode on"];
const at = (x: number, y: number, rows: readonly string[]) =>
  readComposer({ rows: parseScreen(rows), cursor: { x, y } }, composers["claude"]!);

describe("the composer of Claude", () => {
  const cases: readonly (readonly [string, Composer, Composer])[] = [
    ["empty with the cursor anywhere else is a draft of blanks", at(5, 2, box("❯\u00A0")), text("")],
    ["of two empty rows is a draft of line breaks", at(2, 3, box("❯\u00A0", "  ")), text("")],
    [
      "with one character under the cursor is a draft",
      at(2, 2, box("❯\u00A0\u001b[7mx\u001b[0m")),
      text("x"),
    ],
    ["with a placeholder is empty", at(2, 2, box("❯\u00A0\u001b[7mT\u001b[0;2mry this")), empty],
    [
      "with a placeholder in a terminal without focus is empty",
      at(2, 2, box("❯\u00A0\u001b[2mTry this\u001b[0m")),
      empty,
    ],
    [
      "with typed text before a hint is that text",
      at(6, 2, box("❯\u00A0/mod\u001b[2mel\u001b[0m")),
      text("/mod"),
    ],
    [
      "with text in a colour whose number is 2 is that text",
      at(6, 2, box("❯\u00A0\u001b[38;5;2mhalf\u001b[0m")),
      text("half"),
    ],
    [
      "in true colour 2;2;2 is that text",
      at(6, 2, box("❯\u00A0\u001b[38;2;2;2;2mhalf\u001b[0m")),
      text("half"),
    ],
    ["with a plain blank after its sign is the agents view", at(2, 2, box("❯ ")), hidden],
    ["without its lower rule is not known", at(2, 2, ["", rule, "❯\u00A0"]), hidden],
    ["without its upper rule is not known", at(2, 1, ["", "❯\u00A0", rule]), hidden],
    ["with the cursor on the footer is not in use", at(0, 4, box("❯\u00A0")), hidden],
    ["with the cursor off the screen is not known", at(2, 9, box("❯\u00A0")), hidden],
    [
      "that has scrolled is known by its end",
      at(5, 2, ["", "─── ↑ 13 more ─────", "  end", rule, ""]),
      { is: "text", squeezed: "end", isWhole: false },
    ],
    [
      "that has no first row and did not scroll is not known",
      at(5, 2, ["", rule, "  end", rule, ""]),
      hidden,
    ],
  ];

  test.each(cases)("%s", (_, composer, expected) => {
    expect(composer).toEqual(expected);
  });
});
