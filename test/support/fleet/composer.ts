import { join } from "node:path";
import { composerFile, composerRecords, type ComposerRecords } from "../composer-records.ts";
import type { TestTmux } from "../tmux.ts";
import { startPuppet, type Puppet } from "./puppet.ts";

/** A stand-in composer in a pane that is a session of the fleet: what is typed is recorded, and only the test calls its hooks. */
export interface ComposerSession extends Puppet, Pick<ComposerRecords, "records" | "prompts"> {
  readonly pane: string;
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
  const own = [process.execPath, composerFile, record];
  const pane = await tmux.openPane({ command: fromShell ? ["sh"] : own });
  if (fromShell) {
    await tmux.type(pane, own.join(" "));
    await tmux.sendKeys(pane, "Enter");
  }
  await tmux.waitForScreen(pane, /^❯\u00a0/m);
  const { pid, records, prompts } = await composerRecords(record);
  const env = { TMUX: `${tmux.socket},1,0`, TMUX_PANE: pane };
  return Object.assign(await startPuppet({ name, home, client, pid, env }), {
    pane,
    records,
    prompts,
    screen: async () => (await tmux.capture(pane)).trimEnd(),
    type: async (line: string) => {
      await tmux.type(pane, line);
      await tmux.sendKeys(pane, "Enter");
    },
  });
}
