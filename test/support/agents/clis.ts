import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { claudeBinaryPath } from "../claude-cache.mjs";
import { claudeEnvironment, onboardClaude } from "../claude.ts";
import type { ToolCall } from "../stub-model-script.ts";
import { agentsPath } from "./cache.mjs";

/** One agent CLI as a test drives it: what a person would have set up, and what they see. */
export interface AgentCli {
  readonly name: "claude" | "codex" | "gemini" | "grok";
  /** Where its hooks stand, below HOME. */
  readonly settingsFile: string;
  /** Its pinned program, fetched or not. */
  readonly program: string;
  /** The rung that wakes it. */
  readonly rung: "rewake" | "queue" | "tmux";
  /** It runs where hooks say; a pane is known. */
  readonly tellsPane: boolean;
  /** Its files in a new home, for a model on loopback, without a login. */
  prepare(place: Place & { readonly project: string }): Promise<void>;
  /** Its environment beside HOME and PATH. */
  env(place: Place): Readonly<Record<string, string>>;
  /** A dialog at its first start in a home, and the key that passes it. */
  readonly dialog?: { readonly shows: RegExp; readonly key: string };
  /** What its screen shows when it takes prompts. */
  readonly ready: RegExp;
  /** It tells of a session with its first prompt only. */
  readonly startsWithPrompt: boolean;
  /** Its sessions live in a process of their own: closing a window ends none. */
  readonly outlivesPane: boolean;
  /** Flags by which tools run without asking. */
  readonly flags: readonly string[];
  /** Flags by which it asks before each command, what its dialog shows then, and the keys that let the command run. */
  readonly asks: {
    readonly flags: readonly string[];
    readonly shows: RegExp;
    readonly keys: readonly string[];
  };
  /** The key that interrupts a tool. */
  readonly interrupt: string;
  /** Where `web` has begun a new conversation, this is its name: the old one may live on beside it, with name and mail. */
  readonly nameOfFresh: "web" | "web-2";
  /** What begins a new conversation, and what ends it. */
  readonly commands: { readonly fresh: string; readonly exit: string };
  /** What the model reads of a tool call that was denied for a message: the message, or where reasons are cut, whose it is. */
  readonly denied: RegExp;
  /** After an interruption it is woken; else what is queued for it waits for the person's next prompt. */
  readonly wakesAfterInterrupt: boolean;
  /** The call by which its model writes a file of one line, and by which it changes that line. */
  readonly writes: (file: string) => readonly ToolCall[];
  /** Its hooks tell how a command ended. */
  readonly tellsExit: boolean;
  /** A message of so many bytes is offered whole. */
  readonly wholeBytes: number;
  /** It is woken beside a draft; else its mail waits until the draft is gone. */
  readonly wakesBesideDraft: boolean;
}

/** A home, and the model's base URL. */
interface Place {
  readonly home: string;
  readonly url: string;
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** What it trusts it adds to the file itself. */
async function codexConfig(file: string, url: string): Promise<string> {
  const before = await readFile(file, "utf8").catch(() => undefined);
  if (before !== undefined) return before;
  const catalog = join(dirname(file), "stub-models.json");
  await write(catalog, JSON.stringify({ models: [codexModel] }));
  return `model_catalog_json = "${catalog}"\n${codexBase(url)}`;
}

/** A model that is not in its catalog is not given its tool for patches. */
const codexModel = {
  ...{ slug: "stub-model", display_name: "stub-model", description: "", visibility: "list", priority: 1 },
  ...{ apply_patch_tool_type: "freeform", shell_type: "shell_command", experimental_supported_tools: [] },
  ...{ base_instructions: "", supported_reasoning_levels: [], supports_reasoning_summaries: false },
  ...{ support_verbosity: false, supports_parallel_tool_calls: true, supported_in_api: true },
  truncation_policy: { mode: "tokens", limit: 10_000 },
  context_window: 272_000,
};

const codexBase = (url: string) => `model = "stub-model"
model_provider = "stub"
check_for_update_on_startup = false
[model_providers.stub]
name = "stub"
base_url = "${url}/v1"
env_key = "STUB_KEY"
wire_api = "responses"
[analytics]
enabled = false
`;

/** Gemini's settings hold fleet's hooks already. */
async function geminiSettings(file: string): Promise<string> {
  const before = await readFile(file, "utf8").catch(() => "{}");
  const settings: object = JSON.parse(before);
  const quiet = {
    security: { auth: { selectedType: "gemini-api-key" } },
    telemetry: { enabled: false },
    privacy: { usageStatisticsEnabled: false },
    general: { disableAutoUpdate: true, disableUpdateNag: true },
  };
  return JSON.stringify({ ...settings, ...quiet }, null, 2);
}

function patchOf(...lines: readonly string[]): string {
  return ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
}

const programOf = (name: string) => join(agentsPath(process.env), name);

/** The CLIs, as HOOKS.md found them. */
export const agentClis: readonly AgentCli[] = [
  {
    ...{ name: "claude", rung: "rewake", tellsPane: true, startsWithPrompt: false, outlivesPane: false },
    settingsFile: ".claude/settings.json",
    program: claudeBinaryPath(process.env),
    prepare: ({ home, project }) => onboardClaude(home, project),
    env: ({ home, url }) => claudeEnvironment(home, url),
    ready: /❯/u,
    flags: ["--permission-mode", "bypassPermissions"],
    asks: {
      flags: ["--permission-mode", "default"],
      shows: /1\. Yes\n[^]*Esc to cancel/u,
      keys: ["Enter"],
    },
    ...{
      interrupt: "Escape",
      commands: { fresh: "/clear", exit: "/exit" },
      nameOfFresh: "web",
      wakesBesideDraft: true,
      wakesAfterInterrupt: true,
    },
    writes: (file) => [
      { tool: "Write", input: { file_path: file, content: "one\n" } },
      { tool: "Edit", input: { file_path: file, old_string: "one", new_string: "two" } },
    ],
    tellsExit: true,
    wholeBytes: 8_000,
    denied: /hook error: Fleet has a message[^]*the schema changed/u,
  },
  {
    ...{ name: "codex", rung: "queue", tellsPane: false, startsWithPrompt: true, outlivesPane: true },
    settingsFile: ".codex/hooks.json",
    program: programOf("codex"),
    prepare: async ({ home, project, url }) => {
      const file = join(home, ".codex/config.toml");
      const trust = `\n[projects."${project}"]\ntrust_level = "trusted"\n`;
      await write(file, (await codexConfig(file, url)) + trust);
      await write(
        join(home, ".codex/rules/default.rules"),
        'prefix_rule(pattern = ["rm"], decision = "prompt")\n',
      );
    },
    env: () => ({ STUB_KEY: "none" }),
    dialog: { shows: /Hooks need review/, key: "2" },
    // its composer stands there before it takes anything
    ready: /stub-model default ·/,
    flags: ["--dangerously-bypass-approvals-and-sandbox"],
    asks: {
      flags: ["--ask-for-approval", "on-request", "--sandbox", "danger-full-access"],
      shows: /Would you like to run/u,
      keys: ["y"],
    },
    ...{
      interrupt: "Escape",
      commands: { fresh: "/new", exit: "/quit" },
      nameOfFresh: "web-2",
      wakesBesideDraft: true,
      wakesAfterInterrupt: false,
    },
    writes: (file) => [
      { tool: "apply_patch", input: { patch: patchOf(`*** Add File: ${file}`, "+one") } },
      { tool: "apply_patch", input: { patch: patchOf(`*** Update File: ${file}`, "@@", "-one", "+two") } },
    ],
    tellsExit: false,
    wholeBytes: 8_000,
    denied: /blocked by PreToolUse hook: Fleet has a message[^]*the schema changed/u,
  },
  {
    ...{ name: "gemini", rung: "tmux", tellsPane: true, startsWithPrompt: false, outlivesPane: false },
    settingsFile: ".gemini/settings.json",
    program: programOf("gemini"),
    prepare: async ({ home, project }) => {
      const file = join(home, ".gemini/settings.json");
      await write(join(home, ".gemini/trustedFolders.json"), JSON.stringify({ [project]: "TRUST_FOLDER" }));
      await write(file, await geminiSettings(file));
    },
    env: ({ url }) => ({ GEMINI_API_KEY: "none", GOOGLE_GEMINI_BASE_URL: url }),
    ready: /Type your message or @path/,
    flags: ["--yolo"],
    asks: { flags: [], shows: /Allow execution/u, keys: ["Enter"] },
    ...{
      interrupt: "Escape",
      commands: { fresh: "/clear", exit: "/quit" },
      nameOfFresh: "web",
      wakesBesideDraft: false,
      wakesAfterInterrupt: true,
    },
    writes: (file) => [
      { tool: "write_file", input: { file_path: file, content: "one\n" } },
      {
        tool: "replace",
        input: { file_path: file, old_string: "one", new_string: "two", instruction: "count on" },
      },
    ],
    tellsExit: true,
    wholeBytes: 39_000,
    denied: /Tool execution blocked: Fleet has a message[^]*the schema changed/u,
  },
  {
    ...{ name: "grok", rung: "tmux", tellsPane: true, startsWithPrompt: false, outlivesPane: false },
    settingsFile: ".grok/hooks/fleet.json",
    program: programOf("grok"),
    prepare: async () => undefined,
    env: ({ url }) => ({
      ...{ XAI_API_KEY: "none", GROK_MODELS_BASE_URL: `${url}/v1` },
      ...{ GROK_DISABLE_AUTOUPDATER: "1", GROK_TELEMETRY_ENABLED: "0" },
    }),
    ready: /│ ❯/u,
    flags: ["--always-approve"],
    asks: { flags: [], shows: /3 \(○\) Yes, proceed/u, keys: ["3"] },
    ...{
      interrupt: "C-c",
      commands: { fresh: "/new", exit: "/quit" },
      nameOfFresh: "web",
      wakesBesideDraft: false,
      wakesAfterInterrupt: true,
    },
    writes: (file) => [
      { tool: "write", input: { file_path: file, content: "one\n" } },
      { tool: "search_replace", input: { file_path: file, old_string: "one", new_string: "two" } },
    ],
    tellsExit: true,
    wholeBytes: 8_000,
    denied: /Hook denied: Not run: lab\/\S+ sent a message to stop for/u,
  },
];
