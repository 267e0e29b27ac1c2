import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PrivateTmux } from "../claude-tmux.ts";
import { startClaude, type ClaudeOptions, type ClaudeSession } from "../claude.ts";

/** One CLI of a fleet. */
export interface Worker extends ClaudeSession {
  readonly name: string;
  readonly project: string;
  /** Types the CLI's command line into the pane's shell. */
  startAgain(): Promise<void>;
}

/** How to start one. */
export interface WorkerOptions extends Pick<ClaudeOptions, "permissionMode" | "env" | "args"> {
  /** Its folder, where not of its own name. */
  readonly folder?: string;
  /** Started by a command line in a shell, as people do: after the CLI the pane is the shell's. */
  readonly fromShell?: boolean;
}

/** Where workers run. */
export interface WorkerPlace {
  readonly folder: string;
  readonly home: string;
  readonly binary: string;
  readonly modelUrl: string;
  readonly tmux: PrivateTmux;
  /** Their hooks tell of no pane. */
  readonly outsideTmux: boolean;
}

/** The CLIs of one fleet. */
export interface Workers {
  /** Starts one in a new pane; its name for fleet is that of its folder. Resolves when its composer shows. */
  launch(name: string, options?: WorkerOptions): Promise<Worker>;
  /** Ends all that were started. */
  end(): Promise<void>;
}

/** Where a person's shell prompts; the mark is for the driver, which waits for one like the CLI's. */
export const shellPrompt = "shell\u276F";

/** No workers yet. */
export function workers(place: WorkerPlace): Workers {
  const started: Worker[] = [];
  let starting: Promise<unknown> = Promise.resolve();
  return {
    async launch(name, { folder = name, fromShell = false, permissionMode = "default", ...options } = {}) {
      const { home, tmux, modelUrl } = place;
      const cli = place.outsideTmux
        ? await script(place, "outside-tmux", `unset TMUX TMUX_PANE\nexec '${place.binary}' "$@"`)
        : place.binary;
      const shell = await script(place, "shell", `PS1='${shellPrompt} ' exec bash --norc --noprofile -i`);
      const project = join(place.folder, folder);
      const where = { home, project, tmux, modelUrl, permissionMode, binary: fromShell ? shell : cli };
      // One after the other: each start reads and writes the CLI's own file in HOME.
      const next = starting.then(() => startClaude({ ...options, ...where }));
      starting = next.catch(() => undefined); // told to whoever asked for that one
      const session = await next;
      const startAgain = async () => {
        await session.submit(`'${cli}' --permission-mode ${permissionMode}`);
        await session.waitForScreen(/^\u276F.*\n\u2500+/mu, 20_000);
      };
      const worker = { ...session, name, project, startAgain };
      started.push(worker);
      if (fromShell) await startAgain();
      return worker;
    },
    async end() {
      await Promise.all(started.splice(0).map((worker) => worker.close()));
    },
  };
}

async function script({ folder }: WorkerPlace, name: string, text: string): Promise<string> {
  const file = join(folder, "bin", name);
  await mkdir(join(folder, "bin"), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}
