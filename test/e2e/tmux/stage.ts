import { join } from "node:path";
import { tmux as adapter } from "@fleetbus/adapters";
import { bareNotice, type FleetEvent, type SendReceipt, type Sink } from "@fleetbus/core";
import { composerFile, composerRecords, type ComposerRecords } from "../../support/composer-records.ts";
import { startTmux, type PaneOptions, type TestTmux } from "../../support/tmux.ts";
import { typedWake, typingContext } from "../../support/typed-wake.ts";

/** The tmux adapter before a private tmux server with stand-in composers in its panes. */
export interface Stage {
  readonly tmux: TestTmux;
  readonly sink: Sink;
  /** Every nonce that the adapter asked about, in order; what `isWanted` answers it is told. */
  readonly asked: string[];
  isWanted: (nonce: string, times: number) => boolean | Promise<boolean>;
  openComposer(options?: ComposerOptions): Promise<Agent>;
  /** Sends one wake; the deadline is 10 s away unless the overrides say otherwise. */
  wake(
    agent: Target,
    overrides?: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<SendReceipt>;
  close(): Promise<void>;
}

/** In the pane's command, `COMPOSER` stands for the command that runs it. */
export interface ComposerOptions extends PaneOptions {
  /** Started by hand in an interactive shell. */
  readonly fromShell?: boolean;
}

/** Where a wake is to be typed. */
export interface Target {
  readonly pane: string;
  readonly pid: number;
}

/** A stand-in composer that runs. */
export type Agent = Target & ComposerRecords;

/** How far ahead a wake's deadline is by default. */
const deadlineMs = 10_000;

/** Starts the stage. `quietMs` is that of the adapter. */
export async function startStage({ quietMs = 1500, idleMs = 60_000 } = {}): Promise<Stage> {
  const tmux = await startTmux();
  const asked: string[] = [];
  const stage: Stage = {
    tmux,
    asked,
    isWanted: () => true,
    sink: adapter.open(
      { command: "tmux", quietMs, idleMs },
      typingContext("tmux", async (nonce) => {
        asked.push(nonce);
        return stage.isWanted(nonce, asked.filter((each) => each === nonce).length);
      }),
    ).sink!,
    openComposer: (options) => openComposer(tmux, options),
    wake: (target, overrides, signal = AbortSignal.timeout(30_000)) => {
      const event = wakeEvent(tmux, target, overrides);
      return stage.sink.send(event, signal, bareNotice(event));
    },
    close: async () => {
      await stage.sink.close();
      await tmux.kill();
    },
  };
  await stage.sink.connect(AbortSignal.timeout(5000));
  return stage;
}

let composers = 0;

async function openComposer(tmux: TestTmux, options: ComposerOptions = {}): Promise<Agent> {
  composers += 1;
  const record = join(tmux.home, `composer-${composers}.jsonl`);
  const own = [process.execPath, composerFile, record];
  const { fromShell = false, command = fromShell ? ["sh"] : own } = options;
  const words = command.map((word) => word.replaceAll("COMPOSER", own.join(" ")));
  const pane = await tmux.openPane({ ...options, command: words });
  if (fromShell) {
    await tmux.type(pane, own.join(" "));
    await tmux.sendKeys(pane, "Enter");
  }
  await tmux.waitForScreen(pane, /^❯\u00A0/m);
  return { pane, ...(await composerRecords(record)) };
}

/** The event of one wake attempt. */
export function wakeEvent(
  { socket }: TestTmux,
  { pane, pid }: Target,
  overrides?: Readonly<Record<string, unknown>>,
): FleetEvent {
  return typedWake({ rung: "tmux", socket, pane, pid, deadlineMs }, overrides);
}
