import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { emptyComposer, type as typeInto, type Composer } from "./composer.ts";
import { conversation } from "./conversation.ts";
import { hookRunner } from "./hooks.ts";
import { agentScreen } from "./screen.ts";
import { sessionFile } from "./session-file.ts";
import { transcript } from "./transcript.ts";

/** Where the agent lives. */
export interface AgentOptions {
  /** The settings file with its hooks, in Claude Code's shape. */
  readonly settings: string;
  /** Where transcripts go, and beside them what it says of itself. */
  readonly home: string;
  readonly modelUrl: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * A tiny hookable agent: a real process with a composer in a terminal, that runs hooks and keeps a transcript like the
 * CLI it stands for. `fleet demo` and the kill tests use it; to the daemon it is one more CLI. Without a terminal it
 * reads the same keys from a pipe, and ends with it.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { input, output, env } = options;
  const sessionId = randomUUID();
  const hooks = hookRunner(options.settings, {
    ...env,
    FLEET_DEMO_PID: String(process.pid),
    CLAUDE_PID: String(process.pid),
  });
  const record = transcript(join(options.home, "transcripts", `${sessionId}.jsonl`), sessionId);
  const session = sessionFile(join(options.home, "sessions"), {
    pid: process.pid,
    sessionId,
    cwd: options.cwd,
  });
  const queue: string[] = [];
  let composer: Composer = emptyComposer;
  let turn: AbortController | undefined;
  let quit: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (quit = resolve));

  const screen = agentScreen(output);
  const { say } = screen;
  const draw = () => {
    session.say(turn === undefined ? "idle" : "busy");
    screen.draw(composer.text, turn === undefined ? "idle" : "working (esc to interrupt)");
  };
  const next = async () => {
    const prompt = turn === undefined ? queue.shift() : undefined;
    if (prompt === undefined) return;
    turn = new AbortController();
    say(`> ${prompt}`);
    draw();
    const end = await talk.turn(prompt, turn.signal);
    // Before any output the prompt goes back to where it was typed, and nobody is told.
    if (end === "rewound") composer = { text: prompt, isPasting: false };
    turn = undefined;
    draw();
    void next();
  };
  const submit = (prompt: string) => {
    queue.push(prompt);
    void next();
  };
  const talk = conversation({
    sessionId,
    cwd: options.cwd,
    hooks,
    transcript: record,
    modelUrl: options.modelUrl,
    say,
    onRewake: (text) => submit(`<task-notification>\n${text}\n</task-notification>`),
  });

  if (input.isTTY) input.setRawMode(true);
  input.setEncoding("utf8");
  output.write("\u001b[?2004h");
  await talk.start();
  input.on("data", (chunk: string) => {
    const typed = typeInto(composer, chunk);
    composer = typed.composer;
    if (typed.isEscaped) turn?.abort();
    for (const prompt of typed.submitted) submit(prompt);
    if (typed.isQuit) quit();
    draw();
  });
  input.on("end", () => quit());
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => quit());
  draw();
  await ended;
  await talk.end("prompt_input_exit");
  hooks.close();
  session.remove();
  if (input.isTTY) input.setRawMode(false);
  input.pause();
  output.write("\r\n\u001b[?2004l");
}
