import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tmux as adapter } from "@fleetbus/adapters";
import {
  bareNotice,
  systemClock,
  type AdapterContext,
  type FleetEvent,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import { eventually, startTmux, type PaneOptions, type TestTmux } from "../../support/tmux.ts";

const composerFile = fileURLToPath(new URL("../../support/composer.mjs", import.meta.url));

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
export interface Agent extends Target {
  /** What happened to it, oldest first. */
  records(): Promise<readonly AgentRecord[]>;
  prompts(): Promise<readonly string[]>;
  /** Resolves with the first `count` prompts; rejects when they do not come in 5 s. */
  waitForPrompts(count: number): Promise<readonly string[]>;
}

export interface AgentRecord {
  readonly prompt?: string;
  readonly menu?: string;
  readonly permission?: string;
  readonly started?: number;
}

/** How far ahead a wake's deadline is by default. */
const deadlineMs = 10_000;
export const line = (nonce: string) =>
  `fleet: 2 messages from lab/api wait; run: fleet inbox [fleet:${nonce}]`;

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
      contextOf(asked, (nonce, times) => stage.isWanted(nonce, times)),
    ).sink!,
    openComposer: (options) => openComposer(tmux, options),
    wake: (target, overrides = {}, signal = AbortSignal.timeout(30_000)) =>
      send(stage.sink, wakeEvent(tmux, target, overrides), signal),
    close: async () => {
      await stage.sink.close();
      await tmux.kill();
    },
  };
  await stage.sink.connect(AbortSignal.timeout(5000));
  return stage;
}

function contextOf(asked: string[], isWanted: Stage["isWanted"]): AdapterContext {
  const silent = () => undefined;
  return {
    name: "tmux",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: systemClock,
    fetch: globalThis.fetch,
    ns: "main",
    addressesOf: async (host) => [host],
    stillWanted: async (nonce) => {
      asked.push(nonce);
      return isWanted(nonce, asked.filter((each) => each === nonce).length);
    },
  };
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
  return agentOf(pane, record);
}

async function agentOf(pane: string, file: string): Promise<Agent> {
  const records = async () => {
    const text = await readFile(file, "utf8").catch(() => "");
    return text
      .split("\n")
      .filter(Boolean)
      .map((row): AgentRecord => JSON.parse(row));
  };
  const prompts = async () =>
    (await records()).flatMap(({ prompt }) => (prompt === undefined ? [] : [prompt]));
  const pid = await eventually(
    async () => (await records()).findLast(({ started }) => started !== undefined)?.started,
    () => "its start",
  );
  return {
    pane,
    pid,
    records,
    prompts,
    waitForPrompts: (count) =>
      eventually(
        async () => ((await prompts()).length >= count ? prompts() : undefined),
        () => `${count} prompts`,
        20_000,
      ),
  };
}

let events = 0;

/** The event of one wake attempt. */
export function wakeEvent(
  tmux: TestTmux,
  { pane, pid }: Target,
  overrides: Readonly<Record<string, unknown>> = {},
): FleetEvent {
  events += 1;
  const nonce =
    typeof overrides["nonce"] === "string" ? overrides["nonce"] : `nonce${String(events).padStart(6, "0")}`;
  return {
    id: `wake${events}`,
    kind: "wake.tmux",
    from: { machine: "lab", session: "me" },
    time: new Date().toISOString(),
    origin: "system",
    data: {
      to: { machine: "lab", session: "web" },
      rung: "tmux",
      nonce,
      idleGeneration: 1,
      deadline: new Date(Date.now() + deadlineMs).toISOString(),
      text: line(nonce),
      cli: "demo",
      pid,
      pane: { mux: "tmux", socket: tmux.socket, id: pane },
      ...overrides,
    },
  };
}

function send(sink: Sink, event: FleetEvent, signal: AbortSignal): Promise<SendReceipt> {
  return sink.send(event, signal, bareNotice(event));
}
