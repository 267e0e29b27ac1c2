import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./alive.ts";
import type { PrivateTmux } from "./claude-tmux.ts";

/** How to start the real CLI for a test. */
export interface ClaudeOptions {
  readonly binary: string;
  /** Its HOME: a temp folder of the test's own. */
  readonly home: string;
  /** Its working folder; made and trusted. */
  readonly project: string;
  readonly tmux: PrivateTmux;
  /** The stub model's URL, on loopback. */
  readonly modelUrl: string;
  readonly permissionMode?: "default" | "acceptEdits" | "bypassPermissions" | "plan";
  /** Written as the user's settings.json; left alone when absent. */
  readonly settings?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** A running CLI in a pane. Nothing here waits by sleeping blindly: each wait has a condition and a deadline. */
export interface ClaudeSession {
  readonly pid: number;
  /** tmux's id of its pane, as `%0`. */
  readonly pane: string;
  /** Types text into the composer without submitting. */
  type(text: string): Promise<void>;
  /** Pastes one line and presses Enter. */
  submit(text: string): Promise<void>;
  /** Presses a key by tmux's name, as `Escape`. */
  press(key: string): Promise<void>;
  screen(): Promise<string>;
  waitForScreen(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** `/exit`, then waits for the process to be gone. */
  exit(): Promise<void>;
  /** Closes its pane, as a human closes a terminal, and waits for it to be gone with its tools and hooks. */
  close(): Promise<void>;
  /** Ends the process at once, as a crash does, and waits for it to be gone. */
  kill(): Promise<void>;
}

const dummyKey = "sk-ant-api03-stub-key-for-loopback-tests-only";

/** Starts the CLI in a new pane, onboarded and trusting its project, on loopback only; resolves when its composer shows. */
export async function startClaude(options: ClaudeOptions): Promise<ClaudeSession> {
  await prepareHome(options);
  const [pane = "", pid = ""] = (await openPane(options)).trim().split(" ");
  const session = driver(options.tmux, { pane, pid: Number(pid) });
  await session.waitForScreen(/❯/, 30_000);
  return session;
}

async function prepareHome({ home, project, settings }: ClaudeOptions): Promise<void> {
  await mkdir(project, { recursive: true });
  await onboardClaude(home, project);
  if (settings === undefined) return;
  await writeFile(join(home, ".claude", "settings.json"), JSON.stringify(settings, null, 2));
}

/** What the CLI wants to find in its HOME before it starts in a project without questions. Merges with what is there. */
export async function onboardClaude(home: string, project: string): Promise<void> {
  await mkdir(join(home, ".claude"), { recursive: true });
  await mkdir(join(home, "run"), { recursive: true, mode: 0o700 });
  const file = join(home, ".claude.json");
  const before: { projects?: object } = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
  const trusted = { [project]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } };
  const onboarding = {
    ...before,
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    customApiKeyResponses: { approved: [dummyKey.slice(-20)], rejected: [] },
    projects: { ...before.projects, ...trusted },
  };
  await writeFile(file, JSON.stringify(onboarding));
}

async function openPane(options: ClaudeOptions): Promise<string> {
  const env = Object.entries(environment(options)).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  const mode = options.permissionMode === undefined ? [] : ["--permission-mode", options.permissionMode];
  const format = ["-P", "-F", "#{pane_id} #{pane_pid}"];
  const where = ["-d", "-x", "160", "-y", "50", "-c", options.project];
  return options.tmux.command(
    "new-session",
    ...where,
    ...env,
    ...format,
    "--",
    options.binary,
    ...mode,
    ...(options.args ?? []),
  );
}

function environment({ home, modelUrl, env }: ClaudeOptions): Record<string, string> {
  return { HOME: home, ...claudeEnvironment(home, modelUrl), ...env };
}

/** The environment in which it talks with a model on loopback only. */
export function claudeEnvironment(home: string, modelUrl: string): Readonly<Record<string, string>> {
  return {
    // The folder of its messaging socket, otherwise one that all sessions of the machine share.
    XDG_RUNTIME_DIR: join(home, "run"),
    ANTHROPIC_BASE_URL: modelUrl,
    ANTHROPIC_API_KEY: dummyKey,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
    DISABLE_AUTOUPDATER: "1",
    // Root in a container may use bypassPermissions only where this says so.
    IS_SANDBOX: "1",
  };
}

function driver(
  tmux: PrivateTmux,
  { pane, pid }: { readonly pane: string; readonly pid: number },
): ClaudeSession {
  const screen = () => tmux.command("capture-pane", "-p", "-t", pane);
  const press = async (key: string) => void (await tmux.command("send-keys", "-t", pane, key));
  const type = async (text: string) => void (await tmux.command("send-keys", "-t", pane, "-l", "--", text));
  const session: ClaudeSession = {
    pid,
    pane,
    type,
    async submit(text) {
      await type(text);
      await session.waitForScreen(new RegExp(escape(text.slice(-20))), 5_000);
      await press("Enter");
    },
    press,
    screen,
    async waitForScreen(pattern, timeoutMs = 30_000) {
      let last = "";
      const isShown = async () => pattern.test((last = await screen()));
      await until(isShown, { timeoutMs, what: () => `screen with ${pattern} in:\n${last}` });
      return last;
    },
    async exit() {
      await session.submit("/exit");
      let last = "";
      const hasLeft = async () => {
        if (!isAlive(pid)) return true;
        last = await screen().catch(() => last); // gone between the two looks
        return false;
      };
      await until(hasLeft, { timeoutMs: 40_000, what: () => `exit of ${pid}; its screen:\n${last}` });
    },
    async close() {
      // A pane that is gone already is what was wanted.
      await tmux.command("kill-pane", "-t", pane).catch(() => "");
      await until(() => !isAlive(pid), { timeoutMs: 5_000, what: () => `end of ${pid}` }).catch(() =>
        session.kill(),
      );
    },
    async kill() {
      if (isAlive(pid)) process.kill(pid, "SIGKILL");
      await until(() => !isAlive(pid), { timeoutMs: 5_000, what: () => `end of ${pid}` });
    },
  };
  return session;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

interface Until {
  readonly timeoutMs: number;
  readonly what: () => string;
}

/** Looks every 50 ms until `holds`; rejects after the deadline with what was waited for. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { timeoutMs, what }: Until,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waiting ${timeoutMs} ms for ${what()}`);
    await sleep(50);
  }
}
