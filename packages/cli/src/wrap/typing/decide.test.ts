import { describe, expect, test } from "vitest";
import { emptyDraft, foldDraft } from "../composer/draft.ts";
import { decide, type Sight } from "./decide.ts";

/** A session that has been idle for a while, with mail, and nobody at its keys. */
const free: Sight = {
  hasEnded: false,
  draft: emptyDraft,
  restMs: Number.POSITIVE_INFINITY,
  quietInMs: 0,
  submittedAtMs: undefined,
  idleSinceMs: 10_000,
  isWanted: true,
};

const typed = (keys: string): Pick<Sight, "draft"> => ({
  draft: foldDraft(emptyDraft, Buffer.from(keys)).draft,
});

describe("[case 34] whether to type", () => {
  const draft = "wait: a draft stands in the composer";
  const unsure = "wait: keys were pressed that may have put something into the composer";
  const open = "wait: what was submitted last began no turn: a menu or a view may be open";
  const table: readonly (readonly [string, Partial<Sight>, string])[] = [
    ["an idle session with mail and an empty composer", {}, "type"],
    ["before the daemon was asked", { isWanted: undefined }, "ask"],
    ["one that is not idle, or has no mail", { isWanted: false }, "never: no longer wanted"],
    [
      "one that is not idle, though a draft stands there",
      { isWanted: false, ...typed("a") },
      "never: no longer wanted",
    ],
    ["a command that has ended", { hasEnded: true }, "never: the command has ended"],
    ["a half-typed draft", typed("my own half"), draft],
    ["a draft, however long ago it was typed", { ...typed("x"), restMs: 3_600_000 }, draft],
    ["a paste that has not ended", typed("\u001b[200~"), draft],
    ["a draft that was erased", typed("ab\u007f\u007f"), "type"],
    ["a prompt of before, fetched by the up arrow", typed("\u001b[A"), unsure],
    ["half a sequence of a terminal", typed("\u001b[1"), unsure],
    ["keys that rest for 499 ms", { restMs: 499 }, "wait: a person is typing (1)"],
    ["keys that rest for 500 ms", { restMs: 500 }, "type"],
    ["a key of this moment", { restMs: 0 }, "wait: a person is typing (500)"],
    ["a command without hooks that prints", { quietInMs: 7 }, "wait: the command is printing (7)"],
    [
      "a command that was submitted in this idle period",
      { ...typed("/model\r"), submittedAtMs: 10_000 },
      open,
    ],
    ["one whose turn has ended since", { ...typed("hello\r"), submittedAtMs: 9_999 }, "type"],
    [
      "one while nobody says since when it is idle",
      { ...typed("/x\r"), submittedAtMs: 1, idleSinceMs: undefined },
      open,
    ],
    ["a menu that Esc has closed", { ...typed("/model\r\u001b"), submittedAtMs: 10_001 }, "type"],
    ["Esc twice, which opens the list of prompts", { ...typed("\u001b\u001b"), submittedAtMs: 10_001 }, open],
    ["Enter in an empty composer", { ...typed("\r"), submittedAtMs: 10_001 }, "type"],
  ];

  test.each(table)("%s: %o", (_, change, expected) => {
    const decision = decide({ ...free, ...change });
    const reason = "reason" in decision ? `: ${decision.reason}` : "";
    const retry = "retryInMs" in decision ? ` (${decision.retryInMs})` : "";
    expect(`${decision.is}${reason}${retry}`).toBe(expected);
  });
});
