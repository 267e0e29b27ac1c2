import { expect, test } from "vitest";
import { daemonEnv } from "./daemon-env.ts";

test("a daemon serves everybody: it inherits nothing of the session that started it", () => {
  const env = {
    PATH: "/bin",
    NTFY_TOKEN: "t",
    TMUX: "x",
    TMUX_PANE: "%1",
    TMUX_TMPDIR: "/t",
    FLEET_SESSION: "web",
    CLAUDECODE: "1",
    CLAUDE_CODE_SESSION_ID: "c",
    CLAUDE_CONFIG_DIR: "/c",
  };
  expect(daemonEnv({ env, cwd: "/w" })).toEqual({
    PATH: "/bin",
    NTFY_TOKEN: "t",
    TMUX_TMPDIR: "/t",
    CLAUDE_CONFIG_DIR: "/c",
  });
});

test("relative paths mean the folder of the one who starts it", () => {
  expect(daemonEnv({ env: { FLEET_HOME: "f", FLEET_CONFIG: "./c.toml" }, cwd: "/w" })).toEqual({
    FLEET_HOME: "/w/f",
    FLEET_CONFIG: "/w/c.toml",
  });
});
