import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { daemonEnv } from "../../daemon-client/daemon-env.ts";
import type { MuxName } from "./names.ts";

/** How a multiplexer's program ended. */
export interface Ran {
  readonly isDone: boolean;
  /** Its output; of a failure what it said. */
  readonly text: string;
}

/** Runs a multiplexer's program by argv. Throws `unavailable` where there is none, with how to get it. */
export type RunMux = (args: readonly string[]) => Promise<Ran>;

const howToGet: Readonly<Record<MuxName, string>> = {
  tmux: "install it (apt-get install tmux, brew install tmux) and try again",
  zellij: "install zellij 0.44 or newer (cargo install zellij, brew install zellij), or use --mux tmux",
};

/** Never through a shell, and without what belongs to the terminal it is called in: a server that this starts serves all. */
export function muxRunner(program: MuxName, { world }: Context): RunMux {
  const env = daemonEnv(world);
  return async (args) => {
    const { execa } = await import("execa");
    const how = {
      reject: false,
      cancelSignal: world.signal,
      extendEnv: false,
      env,
      timeout: 10_000,
    } as const;
    const result = await execa(program, args, how);
    if (result.code === "ENOENT")
      throw new FleetError("unavailable", `looking for ${program}: it is not on PATH; ${howToGet[program]}`);
    world.signal.throwIfAborted();
    const { failed, stdout, stderr, shortMessage = "" } = result;
    return { isDone: !failed, text: failed ? stderr || shortMessage : stdout };
  };
}
