import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Said, User } from "./machine.ts";

/** A session on a machine: its process is real, its hooks run through the installed client when the test says so. */
export interface MachineSession {
  readonly name: string;
  readonly pid: number;
  /** Calls one hook; gives the context that it printed for the model, "" for none. */
  hook(event: string, payload?: object): Promise<string>;
  /** Runs a command line as the agent itself does: as a child of its process. */
  does(line: string): Promise<Said>;
}

const outputSchema = z.object({ hookSpecificOutput: z.object({ additionalContext: z.string() }) });

/** Takes lines from a pipe and does them, until its machine ends. */
const agent = 'exec 3<>in; while read -r line <&3; do eval "$line"; done';

/** Starts the process in `work/<name>` and calls its first hook. The hook client must be installed. */
export async function startSession(user: User, name: string): Promise<MachineSession> {
  const started = await user.run(
    'mkdir -p "work/$NAME" && cd "work/$NAME" && mkfifo in || exit; setsid bash -c "$AGENT" >/dev/null 2>&1 & echo $!',
    { NAME: name, AGENT: agent },
  );
  const pid = Number(started.stdout);
  const cwd = `${user.home}/work/${name}`;
  const sessionId = randomUUID();
  const now = { promptId: randomUUID() };
  const hook = async (event: string, payload: object = {}) => {
    if (event === "UserPromptSubmit") now.promptId = randomUUID();
    const base = { session_id: sessionId, prompt_id: now.promptId, cwd, hook_event_name: event };
    return contextOf(await callHook(user, { pid, event, payload: { ...base, ...payload } }));
  };
  await hook("SessionStart", { source: "startup" });
  return { name, pid, hook, does: (line) => doLine(user, cwd, line) };
}

interface Call {
  readonly pid: number;
  readonly event: string;
  readonly payload: object;
}

function callHook(user: User, { pid, event, payload }: Call): Promise<Said> {
  const script = 'printf %s "$PAYLOAD" | "$HOME/.local/share/fleet/hooks/fleet-hook" demo "$EVENT"';
  return user.run(script, { CLAUDE_PID: String(pid), EVENT: event, PAYLOAD: JSON.stringify(payload) });
}

async function doLine(user: User, cwd: string, line: string): Promise<Said> {
  const id = randomUUID();
  const script = `cd "$DIR" && printf '%s\\n' "{ $LINE; } >$ID.out 2>$ID.err; echo \\$? >$ID.half; mv $ID.half $ID.code" >in
    for ((n = 0; n < 600; n++)); do [ -e $ID.code ] && break; sleep 0.1; done
    cat $ID.out; cat $ID.err >&2; exit "$(cat $ID.code)"`;
  return user.run(script, { DIR: cwd, LINE: line, ID: id });
}

function contextOf({ code, stdout, stderr }: Said): string {
  if (code !== 0) throw new Error(`a hook ended with ${code}: ${stderr}`);
  return stdout === "" ? "" : outputSchema.parse(JSON.parse(stdout)).hookSpecificOutput.additionalContext;
}
