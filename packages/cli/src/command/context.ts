import { pathsOf, type Paths } from "@fleetbus/core";
import { apiOf, type Api } from "../daemon-client/api.ts";
import { daemonOf, type Daemon } from "../daemon-client/daemon.ts";
import type { World } from "../world/world.ts";

/** What a command works with. Nothing is opened or loaded before it is asked for. */
export interface Context {
  readonly world: World;
  paths(): Paths;
  /** The daemon's routes; nothing is opened before one is called, which may start the daemon (daemon-client/daemon.ts). */
  api(): Api;
  /** The daemon as a process: to start it, to stop it, to ask without starting it. */
  daemon(): Daemon;
  /** A line of data, on stdout. */
  print(line: string): Promise<void>;
  /** A line of talk, on stderr. */
  say(line: string): Promise<void>;
}

/** The context of a real run. */
export function contextOf(world: World): Context {
  const paths = () => pathsOf(world.env);
  const daemon = () => daemonOf(world, paths());
  return {
    world,
    paths,
    daemon,
    api: () => apiOf(daemon()),
    print: (line) => world.stdout.write(`${line}\n`),
    say: (line) => world.stderr.write(`${line}\n`),
  };
}
