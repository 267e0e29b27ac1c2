import { expect, it } from "vitest";
import { readZellijPanes } from "./zellij-panes.ts";

const pane = {
  ...{ id: 3, is_plugin: false, exited: false, is_held: false, tab_id: 1, tab_name: "shop-worker-1" },
  terminal_command: "env FLEET_LAUNCH=shop@f1:shop-worker-1:claude env FLEET_SESSION=shop-worker-1 claude",
};
const read = (...panes: readonly object[]) =>
  readZellijPanes(JSON.stringify(panes), { session: "shop", fleet: "f1" });

it("a pane that a launch opened is known by how its command begins, whatever its tab is called now", () => {
  expect(read({ ...pane, tab_name: "anything" })).toEqual([
    {
      ...{ id: "3", pid: undefined, isDead: false, session: "shop", sessionName: "shop" },
      ...{ window: "anything", tab: 1, crew: "shop" },
      mark: { crew: "shop", name: "shop-worker-1", cli: "claude" },
    },
  ]);
});

it.each([
  ["a shell", null],
  ["a command of that name in a tab of that name", "claude"],
  ["a command that speaks of a mark", "grep -r FLEET_LAUNCH=shop@f1:shop-worker-1:claude ."],
  ["another fleet's mark", "env FLEET_LAUNCH=shop@f2:shop-worker-1:claude claude"],
  ["a mark that is none", "env FLEET_LAUNCH=shop@f1:shop-worker-1 claude"],
])("%s is nobody's, and makes the session nobody's", (_, terminal_command) => {
  expect(read({ ...pane, terminal_command })[0]).toMatchObject({ mark: undefined, crew: undefined });
});

it("another crew's pane does not make the session this crew's", () => {
  const theirs = { ...pane, terminal_command: pane.terminal_command.replace("=shop@", "=yard@") };
  expect(read(theirs)[0]).toMatchObject({ mark: { crew: "yard" }, crew: undefined });
});

it("plugins are left out, a command that ended is dead, and another form is refused", () => {
  expect(read({ ...pane, is_plugin: true }, { ...pane, is_held: true }).map(({ isDead }) => isDead)).toEqual([
    true,
  ]);
  expect(() => readZellijPanes("no JSON", { session: "shop", fleet: "f1" })).toThrow(
    "its list has another form",
  );
});
