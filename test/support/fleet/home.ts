import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathsOf, type Paths } from "@fleetbus/core";
import { z } from "zod";
import { fleetCommand, type CommandOptions, type CommandResult } from "./command.ts";
import { environment } from "./fleet.ts";

/** A user's home in which nothing of fleet runs yet: the command itself starts what it needs. */
export interface Home {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly paths: Paths;
  run(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** The running daemon's account of itself; rejects when none runs. */
  status(): Promise<z.infer<typeof statusSchema>>;
  /** Ends what runs and removes the home. */
  close(): Promise<void>;
}

/** How it differs from an empty one. */
export interface HomeOptions {
  /** What runs as `fleet`. */
  readonly command: string;
  /** More environment, for every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** `fleet.toml`. */
  readonly config?: string;
}

const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  port: z.number(),
  machine: z.string(),
  ns: z.string(),
  server: z.object({ url: z.string(), isManaged: z.boolean(), pid: z.number().optional() }),
});

/** A new home. */
export async function newHome({ command, env: more = {}, config }: HomeOptions): Promise<Home> {
  const home = await mkdtemp(join(tmpdir(), "fleet-home-"));
  const env = environment(home, more);
  const paths = pathsOf(env);
  if (config !== undefined) await writeFile(paths.configFile, config);
  const run: Home["run"] = (argv, options = {}) =>
    fleetCommand({ env, command }, argv, { ...options, env: { FLEET_NO_AUTOSTART: "", ...options.env } });
  return {
    home,
    env,
    paths,
    run,
    status: async () => statusSchema.parse((await run(["status", "--json"])).json()),
    close: async () => {
      await run(["down"]);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
