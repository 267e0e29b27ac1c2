import { join } from "node:path";
import { z } from "zod";
import { zellij as adapter } from "@fleetbus/adapters";
import { bareNotice, type FleetEvent, type SendReceipt, type Sink } from "@fleetbus/core";
import { composerFile, composerRecords, type ComposerRecords } from "../../support/composer-records.ts";
import { eventually } from "../../support/tmux.ts";
import { typedWake, typingContext } from "../../support/typed-wake.ts";
import { startZellij, type TestZellij } from "../../support/zellij/stand-in.ts";

/** The zellij adapter before the stand-in for zellij, with stand-in composers in its panes. */
export interface Stage {
  readonly zellij: TestZellij;
  readonly session: string;
  readonly sink: Sink;
  isWanted: () => boolean;
  /** In a tab of its own; `COMPOSER` in the words of a command stands for the command that runs it. */
  openComposer(command?: readonly string[]): Promise<Agent>;
  /** Sends one wake; the deadline is 20 s away unless the overrides say otherwise. */
  wake(agent: Target, overrides?: Readonly<Record<string, unknown>>): Promise<SendReceipt>;
  /** What a person's keys write. */
  type(agent: Target, text: string): Promise<void>;
  /** Resolves when the pane's screen matches. */
  waitForScreen(agent: Target, pattern: RegExp): Promise<string>;
  close(): Promise<void>;
}

/** Where a wake is to be typed. */
export interface Target {
  /** `ZELLIJ_PANE_ID`. */
  readonly id: string;
  readonly pid: number;
}

/** A stand-in composer that runs. */
export type Agent = Target & ComposerRecords;

let stages = 0;

/** Starts the stage: a session of its own, of a zellij that may be shared. */
export async function startStage(shared?: TestZellij): Promise<Stage> {
  stages += 1;
  const zellij = shared ?? (await startZellij());
  const session = `work-${stages}`;
  await zellij.run("attach", "--create-background", session);
  const action = (...args: readonly string[]) => zellij.run("--session", session, "action", ...args);
  const stage: Stage = {
    zellij,
    session,
    isWanted: () => true,
    sink: adapter.open(
      { command: zellij.command, callMs: 15_000 },
      typingContext("zellij", async () => stage.isWanted()),
    ).sink!,
    openComposer: (command) => openComposer(stage, command),
    wake: (target, overrides) => {
      const event = wakeEvent(stage, target, overrides);
      return stage.sink.send(event, AbortSignal.timeout(60_000), bareNotice(event));
    },
    type: async ({ id }, text) => void (await action("write-chars", "--pane-id", id, "--", text)),
    waitForScreen: ({ id }, pattern) => {
      let last = "";
      const look = async () =>
        pattern.test((last = await action("dump-screen", "--pane-id", id))) ? last : undefined;
      return eventually(look, () => `a screen with ${String(pattern)}; it was:\n${last}`, 30_000);
    },
    close: async () => {
      await stage.sink.close();
      await zellij.tmux(session, "kill-server").catch(() => ""); // it ended before
      if (shared === undefined) await zellij.kill();
    },
  };
  await stage.sink.connect(AbortSignal.timeout(5000));
  return stage;
}

let composers = 0;

async function openComposer(stage: Stage, command: readonly string[] = ["COMPOSER"]): Promise<Agent> {
  const { zellij, session } = stage;
  composers += 1;
  const record = join(zellij.socketDir, `composer-${composers}.jsonl`);
  const own = [process.execPath, composerFile, record];
  const words = command.flatMap((word) =>
    word === "COMPOSER" ? own : [word.replaceAll("COMPOSER", own.join(" "))],
  );
  const tab = await zellij.run("--session", session, "action", "new-tab", "--close-on-exit", "--", ...words);
  const listed = JSON.parse(await zellij.run("--session", session, "action", "list-panes", "--json"));
  const panes = z.array(z.object({ id: z.number(), tab_id: z.number() })).parse(listed);
  const id = String(panes.find((pane) => pane.tab_id === Number(tab))?.id);
  const agent = { id, ...(await composerRecords(record)) };
  await stage.waitForScreen(agent, /^❯\u00A0/m);
  return agent;
}

/** The event of one wake attempt. */
export function wakeEvent(
  { zellij, session }: Stage,
  { id, pid }: Target,
  overrides?: Readonly<Record<string, unknown>>,
): FleetEvent {
  const socket = join(zellij.socketDir, session);
  return typedWake({ rung: "zellij", socket, pane: id, pid, deadlineMs: 20_000 }, overrides);
}
