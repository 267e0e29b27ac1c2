import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { z } from "zod";
import { eventually, type TestTmux } from "../tmux.ts";
import { startPuppet, type Puppet } from "./puppet.ts";

const program = fileURLToPath(new URL("../composer.mjs", import.meta.url));
const recordSchema = z.looseObject({ prompt: z.string().optional(), started: z.number().optional() });

/** A stand-in composer in a pane that is a session of the fleet: what is typed is recorded, and only the test calls its hooks. */
export interface ComposerSession extends Puppet {
  readonly pane: string;
  /** Submitted so far, oldest first. */
  prompts(): Promise<readonly string[]>;
  /** Everything that happened to it: prompts, and dialogs that were answered. */
  records(): Promise<readonly object[]>;
  /** What the pane shows, without what is blank at its end. */
  screen(): Promise<string>;
  /** Types a line and submits it, as a person would. */
  type(line: string): Promise<void>;
}

/** Where it runs. */
export interface ComposerPlace {
  readonly tmux: TestTmux;
  readonly name: string;
  readonly home: string;
  readonly client: string;
  /** Started by hand in an interactive shell, which is there again after its end. */
  readonly fromShell?: boolean;
}

/** Opens the pane and calls the session's first hook. */
export async function startComposer(place: ComposerPlace): Promise<ComposerSession> {
  const { tmux, name, home, client, fromShell = false } = place;
  const record = join(tmux.home, `${name}.jsonl`);
  const own = [process.execPath, program, record];
  const pane = await tmux.openPane({ command: fromShell ? ["sh"] : own });
  if (fromShell) {
    await tmux.type(pane, own.join(" "));
    await tmux.sendKeys(pane, "Enter");
  }
  await tmux.waitForScreen(pane, /^❯\u00a0/m);
  const records = async () =>
    (await readFile(record, "utf8").catch(() => "")) // nothing happened yet
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => recordSchema.parse(JSON.parse(line)));
  const pid = await eventually(
    async () => (await records()).find(({ started }) => started !== undefined)?.started,
    () => "its start",
  );
  const env = { TMUX: `${tmux.socket},1,0`, TMUX_PANE: pane };
  return Object.assign(await startPuppet({ name, home, client, pid, env }), {
    pane,
    records,
    prompts: async () => (await records()).flatMap(({ prompt }) => (prompt === undefined ? [] : [prompt])),
    screen: async () => (await tmux.capture(pane)).trimEnd(),
    type: async (line: string) => {
      await tmux.type(pane, line);
      await tmux.sendKeys(pane, "Enter");
    },
  });
}
