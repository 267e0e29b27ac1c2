import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findClaudeBinary } from "../claude-binary.ts";
import { claudeEnvironment, onboardClaude } from "../claude.ts";
import { openTerminal, type TestTerminal } from "../pty.ts";
import { root } from "../tree.ts";
import type { ClaudeFleet } from "./fleet.ts";

/** Lets the fleet's command find the library of terminals, as an installation beside its packages does. */
export async function linkTerminals(fleet: ClaudeFleet): Promise<void> {
  const [, command = ""] = fleet.commandLine.split(" ");
  await symlink(join(root, "node_modules"), join(dirname(command), "node_modules"));
}

/** Starts the real CLI by `fleet claude` in a terminal without a multiplexer; resolves when fleet lists it as idle. */
export async function startInWrap(fleet: ClaudeFleet, name: string): Promise<TestTerminal> {
  const folder = dirname(fleet.fleetHome);
  const [home, project] = [join(folder, "home"), join(folder, name)];
  await mkdir(project, { recursive: true });
  await onboardClaude(home, project);
  const { path = "" } = findClaudeBinary(process.env);
  const argv = [...fleet.commandLine.split(" "), "wrap", "--", path, "--permission-mode", "default"];
  const own = { HOME: home, FLEET_HOME: fleet.fleetHome, FLEET_MACHINE: "lab", FLEET_NO_AUTOSTART: "1" };
  const { PATH = "" } = process.env;
  const env = { PATH, LC_ALL: "C.UTF-8", ...own, ...claudeEnvironment(home, fleet.model.url) };
  const terminal = openTerminal(argv, { env, cwd: project });
  await fleet.untilState(name, "idle");
  return terminal;
}
