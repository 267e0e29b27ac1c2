import { resolve } from "node:path";
import type { World } from "../world/world.ts";

/** Variables that hold paths: the daemon runs in another folder. */
const paths = ["FLEET_HOME", "FLEET_CONFIG"] as const;

/** What belongs to the shell or agent that happens to start the daemon; the daemon serves all of them. */
const ofTheCaller =
  /^(TMUX|TMUX_PANE|ZELLIJ|ZELLIJ_PANE_ID|ZELLIJ_SESSION_NAME|FLEET_SESSION|FLEET_ROLE|FLEET_PARENT|FLEET_NO_AUTOSTART|CLAUDECODE|CLAUDE_(PID|CODE_).*)$/;

/** The environment of a daemon that this command starts. */
export function daemonEnv({
  env,
  cwd,
}: Pick<World, "env" | "cwd">): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(env).filter(([name]) => !ofTheCaller.test(name));
  const absolute = paths.flatMap((name) => (env[name] ? [[name, resolve(cwd, env[name])] as const] : []));
  return Object.fromEntries([...kept, ...absolute]);
}
