import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "./alive.ts";
import { until } from "./claude.ts";

/** One hook call as the CLI made it. */
export interface HookCall {
  /** Milliseconds since 1970 at which the hook had read its input. */
  readonly at: number;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Command hooks that write down every call and answer what the test lays ready. */
export interface HookRecorder {
  /** For the `hooks` key of settings.json. */
  readonly hooks: Readonly<Record<string, unknown>>;
  calls(event?: string): Promise<readonly HookCall[]>;
  /** The next call of `event` that is not a sub-agent's gets `answer`, once. */
  answerNext(event: string, answer: object): Promise<void>;
  /** As `answerNext`, for every call from now on. */
  answerAlways(event: string, answer: object): Promise<void>;
  waitForCall(event: string, matches?: (call: HookCall) => boolean, timeoutMs?: number): Promise<HookCall>;
  /** How many `asyncRewake` processes wait. */
  waiting(): Promise<number>;
  /** Lets one waiting `asyncRewake` process exit 2 with `text` on stderr. */
  rewake(text: string): Promise<void>;
}

/** Makes the recorder's scripts and spool in `folder`. `rewakeOn` adds an asyncRewake waiter to those events. */
export async function recordHooks(
  folder: string,
  events: readonly string[],
  rewakeOn: readonly string[] = [],
): Promise<HookRecorder> {
  for (const part of ["calls", "answers", "wakes"]) await mkdir(join(folder, part), { recursive: true });
  const hook = await writeScript(join(folder, "hook.sh"), hookScript);
  const waiter = await writeScript(join(folder, "waiter.sh"), waiterScript);
  let answers = 0;
  let wakes = 0;
  const place = (name: string, text: string) => putWhole(join(folder, name), text);
  const calls = (event?: string) => readCalls(join(folder, "calls"), event);
  return {
    hooks: Object.fromEntries(
      events.map((event) => [
        event,
        [{ hooks: handlers({ hook, waiter }, event, rewakeOn.includes(event)) }],
      ]),
    ),
    calls,
    answerNext: (event, answer) =>
      place(`answers/${event}.${String(++answers).padStart(6, "0")}`, JSON.stringify(answer)),
    answerAlways: (event, answer) => place(`answers/${event}.always`, JSON.stringify(answer)),
    async waitForCall(event, matches = () => true, timeoutMs = 40_000) {
      let found: HookCall | undefined;
      const isThere = async () => (found = (await calls(event)).find(matches)) !== undefined;
      await until(isThere, { timeoutMs, what: () => `a ${event} hook` });
      if (found === undefined) throw new Error("unreachable");
      return found;
    },
    waiting: () => countWaiting(join(folder, "wakes")),
    rewake: (text) => place(`wakes/${String(++wakes).padStart(6, "0")}.go`, text),
  };
}

function handlers(scripts: { hook: string; waiter: string }, event: string, withWaiter: boolean): object[] {
  const recorder = { type: "command", command: `${scripts.hook} ${event}`, timeout: 20 };
  if (!withWaiter) return [recorder];
  return [
    recorder,
    { type: "command", command: `${scripts.waiter} ${event}`, asyncRewake: true, timeout: 86400 },
  ];
}

const hookScript = `#!/bin/bash
IFS= read -r -d '' body
here=\${0%/*}
now=$EPOCHREALTIME
case $body in
  *'"agent_id"'*) ;;
  *) for answer in "$here/answers/$1".[0-9]*; do
       mv "$answer" "$here/answers/taken.$now.$$" 2>/dev/null && { cat "$here/answers/taken.$now.$$"; break; }
     done
     [ -e "$here/answers/$1.always" ] && cat "$here/answers/$1.always" ;;
esac
printf '%s' "$body" > "$here/calls/.$now-$$"
mv "$here/calls/.$now-$$" "$here/calls/$now-$$-$1.json"
exit 0
`;

/** Lives until it may wake or its CLI is gone; one wake file is taken by one waiter. */
const waiterScript = `#!/bin/bash
here=\${0%/*}
printf '%s %s\\n' "$$" "$CLAUDE_CODE_SESSION_ID" > "$here/wakes/$$.waiting"
while kill -0 "$CLAUDE_PID" 2>/dev/null; do
  for go in "$here"/wakes/*.go; do
    if mv "$go" "$go.$$" 2>/dev/null; then cat "$go.$$" >&2; rm -f "$here/wakes/$$.waiting"; exit 2; fi
  done
  sleep 0.1
done
`;

/** A waiter leaves its file when it wakes; one that was killed left it behind. */
async function countWaiting(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".waiting"));
  return names.filter((name) => isAlive(Number.parseInt(name, 10))).length;
}

async function writeScript(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

async function putWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

async function readCalls(folder: string, event?: string): Promise<HookCall[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const wanted = names.filter((name) => event === undefined || name.endsWith(`-${event}.json`));
  return Promise.all(
    wanted.map(async (name) => {
      const [at = "0", , kind = ""] = name.replace(/\.json$/, "").split("-");
      const payload: Record<string, unknown> = JSON.parse(await readFile(join(folder, name), "utf8"));
      return { at: Number(at) * 1000, event: kind, payload };
    }),
  );
}
