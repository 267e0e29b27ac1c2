import { describe, expect, test } from "vitest";
import { guardOf, isPaneId, parsePane } from "./facts.ts";

describe("the facts of a pane", () => {
  test("are read from one line, whatever the command is called", () => {
    expect(parsePane("%3 4711 0 1 0 0 2 37 my cli")).toEqual({
      id: "%3",
      pid: 4711,
      isDead: false,
      isInMode: true,
      isSynchronized: false,
      isInputOff: false,
      cursor: { x: 2, y: 37 },
      command: "my cli",
    });
  });

  test("are none where tmux prints blanks, as it does for a pane that is not there", () => {
    expect(parsePane("         ")).toBeUndefined();
    expect(parsePane("")).toBeUndefined();
  });

  test("make a guard only of a command whose name means nothing to a format", () => {
    const pane = parsePane("%3 4711 0 0 0 0 2 37 2.1.329")!;
    expect(guardOf(pane)).toContain("#{==:#{pane_current_command},2.1.329}");
    for (const command of ["a,b", "a}", "#{x}", "it's", ""])
      expect(guardOf({ ...pane, command })).toBeUndefined();
  });

  test.each(["%0", "%12"])("know %s for a pane's id", (id) => expect(isPaneId(id)).toBe(true));
  test.each(["0", "%", "%1 ; kill-server", "=main:0", "%1\n"])("do not know %j for one", (id) =>
    expect(isPaneId(id)).toBe(false),
  );
});
