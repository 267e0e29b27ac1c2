import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foldProofs, watchClaudeSessions, watchTranscript } from "@fleetbus/hooks";
import type { ClaudeSession as RegistryEntry, NonceFate, NonceProof, TranscriptFact } from "@fleetbus/hooks";
import { recordHooks, type HookRecorder } from "./claude-recorder.ts";
import { privateTmux } from "./claude-tmux.ts";
import { startClaude, until, type ClaudeOptions, type ClaudeSession } from "./claude.ts";
import { startStubModel, type StubModel } from "./stub-model.ts";

/** What a test changes of the usual lab. */
export interface LabOptions extends Pick<ClaudeOptions, "permissionMode" | "env"> {
  readonly binary: string;
  /** Events at which an asyncRewake waiter starts. */
  readonly rewakeOn?: readonly string[];
  /** Merged into settings.json beside the recorder's hooks. */
  readonly settings?: object;
  /** Lays answers ready before the CLI starts. */
  readonly before?: (hooks: HookRecorder) => Promise<void>;
}

/** The state that the CLI's session list showed, and when it was seen; milliseconds since 1970. */
export interface SeenStatus {
  readonly at: number;
  readonly session: RegistryEntry;
}

/** The real CLI with a stub model, recording hooks, and the readers that fleet relies on. */
export interface ClaudeLab {
  readonly claude: ClaudeSession;
  readonly model: StubModel;
  readonly hooks: HookRecorder;
  readonly home: string;
  readonly project: string;
  statuses(): readonly SeenStatus[];
  /** The first time at or after `since` that the session list shows `status`. */
  waitForStatus(status: RegistryEntry["status"], since?: number): Promise<SeenStatus>;
  facts(): readonly TranscriptFact[];
  proof(nonce: string): NonceProof | undefined;
  waitForFate(nonce: string, fate: NonceFate): Promise<NonceProof>;
  /** A prompt by the session's messaging socket. */
  sendToSocket(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Hooks that the labs record: those that fleet installs. */
const recorded =
  `SessionStart SessionEnd UserPromptSubmit PreToolUse PostToolUse PostToolUseFailure PostToolBatch
  PermissionRequest Notification Stop StopFailure SubagentStart SubagentStop PreCompact PostCompact MessageDisplay`.split(
    /\s+/,
  );

/** Starts all of it in a folder, tmux server and HOME of its own; `close` ends all of it. */
export async function startLab(options: LabOptions): Promise<ClaudeLab> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-claude-"));
  const model = await startStubModel({ logFile: join(folder, "model.jsonl") });
  const hooks = await recordHooks(join(folder, "hooks"), recorded, options.rewakeOn ?? []);
  await options.before?.(hooks);
  const tmux = privateTmux(`fleet-claude-${process.pid}-${folder.slice(-6)}`);
  const [home, project] = [join(folder, "home"), join(folder, "project")];
  const over = new AbortController();
  const close = async (claude?: ClaudeSession) => {
    over.abort();
    await claude?.close();
    await tmux.kill();
    await model.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    const settings = { hooks: hooks.hooks, ...options.settings };
    const where = { home, project, tmux, modelUrl: model.url };
    // Unset, the CLI starts in auto mode, whose check of tools needs its maker's server.
    const claude = await startClaude({ permissionMode: "default", ...options, ...where, settings });
    const started = await hooks.waitForCall("SessionStart");
    const transcript = String(started.payload["transcript_path"]);
    const seen = readers({ home, transcript, pid: claude.pid, signal: over.signal });
    return { claude, model, hooks, home, project, close: () => close(claude), ...seen };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Reading {
  readonly home: string;
  readonly transcript: string;
  readonly pid: number;
  readonly signal: AbortSignal;
}

type Readers = Pick<
  ClaudeLab,
  "statuses" | "waitForStatus" | "facts" | "proof" | "waitForFate" | "sendToSocket"
>;

function readers(reading: Reading): Readers {
  const statuses: SeenStatus[] = [];
  const facts: TranscriptFact[] = [];
  const proof = (nonce: string) => foldProofs(facts).get(nonce);
  const latest = () => statuses.at(-1)?.session;
  keep(followStatuses({ ...reading, statuses }));
  keep(followTranscript({ ...reading, facts }));
  return {
    statuses: () => [...statuses],
    async waitForStatus(status, since = 0) {
      const find = () => statuses.find((one) => one.session.status === status && one.at >= since);
      await until(() => find() !== undefined, { timeoutMs: 30_000, what: () => `status ${status}` });
      return required(find(), `status ${status}`);
    },
    facts: () => [...facts],
    proof,
    async waitForFate(nonce, fate) {
      const what = () => `${nonce} to be ${fate}; it is ${JSON.stringify(proof(nonce))}`;
      await until(() => proof(nonce)?.fate === fate, { timeoutMs: 30_000, what });
      return required(proof(nonce), nonce);
    },
    async sendToSocket(text) {
      await until(() => latest() !== undefined, { timeoutMs: 30_000, what: () => "the session list" });
      const socket = connect(required(latest()?.messagingSocketPath, "a messaging socket"));
      await once(socket, "connect");
      socket.end(`${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`);
      await once(socket, "close");
    },
  };
}

async function followStatuses(reading: Reading & { statuses: SeenStatus[] }): Promise<void> {
  const { home, pid, signal, statuses } = reading;
  const onUnknown = (file: string) => process.stderr.write(`the session list has another shape: ${file}\n`);
  for await (const change of watchClaudeSessions({
    dir: join(home, ".claude"),
    signal,
    onUnknown,
    pollMs: 100,
  })) {
    const isOurs = change.type === "seen" && change.session.pid === pid;
    if (isOurs) statuses.push({ at: Date.now(), session: change.session });
  }
}

/** Only the first session's transcript: tests of /clear look at the hooks and the model. */
async function followTranscript(reading: Reading & { facts: TranscriptFact[] }): Promise<void> {
  const { transcript, signal, facts } = reading;
  for await (const batch of watchTranscript({ path: transcript, signal, pollMs: 50 }))
    facts.push(...batch.facts);
}

/** A reader that breaks must break its test, not pass unseen. */
function keep(reading: Promise<void>): void {
  reading.catch((error: unknown) => {
    process.nextTick(() => {
      throw error;
    });
  });
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}

/** What a hook prints to give the model context. */
export function contextOf(event: string, text: string): object {
  return { hookSpecificOutput: { hookEventName: event, additionalContext: text } };
}
