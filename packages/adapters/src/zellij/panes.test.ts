import { describe, expect, test } from "vitest";
import { isNewEnoughZellij } from "./check.ts";
import { readPanes } from "./panes.ts";
import { zellijPlace } from "./place.ts";
import { findServer } from "./server.ts";

const pane = {
  ...{ id: 3, is_plugin: false, exited: false, is_held: false, title: "work", tab_id: 1, later: "field" },
  ...{ pane_x: 40, pane_y: 1, pane_content_x: 41, pane_content_y: 2 },
  cursor_coordinates_in_pane: [3, 5],
  pane_command: "/usr/local/bin/claude --continue /some/file",
};
const place = { socketDir: "/run/user/1000/zellij", session: "my work", paneId: 3 };

describe("the panes of zellij", () => {
  test("are its terminals, the cursor counted from the program's own corner", () => {
    const panes = readPanes(JSON.stringify([{ ...pane, is_plugin: true }, pane]));
    expect(panes).toEqual([{ id: 3, isOver: false, cursor: { x: 2, y: 4 }, command: "claude" }]);
  });

  test.each([
    ["that tells no cursor", { cursor_coordinates_in_pane: null }, { cursor: undefined }],
    ["whose command is not known", { pane_command: undefined }, { command: "" }],
    ["that is held, for Enter would run its command again", { is_held: true }, { isOver: true }],
    ["whose command ended", { exited: true }, { isOver: true }],
  ])("with one %s", (_, change, expected) => {
    expect(readPanes(JSON.stringify([{ ...pane, ...change }]))[0]).toMatchObject(expected);
  });

  test.each(["", "{}", `[{"id":3}]`])("in another form are refused: %j", (answer) => {
    expect(() => readPanes(answer)).toThrow("a form that fleet does not know");
  });
});

describe("a place in zellij", () => {
  test("is the folder of the sockets, the session and the terminal's number", () => {
    expect(zellijPlace({ mux: "zellij", socket: "/run/user/1000/zellij/my work", id: "3" })).toEqual(place);
  });

  const parents: Readonly<Record<number, number>> = { 30: 20, 20: 10, 10: 1 };
  const find = async (pid: number) => ({ pid, parent: parents[pid] ?? 1, group: pid, foreground: pid });
  const servedAt = (line: string) =>
    findServer(30, place, { find, argumentsOf: async (pid) => (pid === 10 ? line : "claude") });

  test.each([
    ["zellij\0--server\0/run/user/1000/zellij/contract_version_1/my work\0", 10],
    ["zellij --server /run/user/1000/zellij/contract_version_1/my work\n", 10],
    ["zellij\0--server\0/run/user/1000/zellij/contract_version_1/my work\0--debug\0", 10],
    ["zellij\0--server\0/run/user/1000/zellij/contract_version_1/work\0", undefined],
    ["zellij\0--server\0/tmp/zellij-1000/contract_version_1/my work\0", undefined],
    ["tmux\0new-session\0", undefined],
  ])("is served by whom %j says", async (line, pid) => {
    expect(await servedAt(line)).toBe(pid);
  });

  test.each([
    ["zellij 0.43.1", false],
    ["zellij 0.44.0", true],
    ["zellij 0.46.0", true],
    ["zellij 1.0.0", true],
    ["something", false],
  ])("of %s is new enough: %s", (version, isNew) => {
    expect(isNewEnoughZellij(version)).toBe(isNew);
  });
});
