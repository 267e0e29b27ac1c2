import { pathsOf, type Stage } from "@fleetbus/core";
import type { Items, PublishAnswer, SessionView, TraceAnswer } from "@fleetbus/core/api";
import { until } from "../claude.ts";
import { callApi } from "../fleet/api.ts";
import { fleetCommand, type CommandResult } from "../fleet/command.ts";

/** A published message as `fleet pub --wait … --json` prints it. */
export type Waited = PublishAnswer & {
  readonly rung?: string;
  readonly outcome?: string;
  readonly lastText?: string;
};

type Step = TraceAnswer["stages"][number];

/** What is done with `fleet`, as from another shell; what is looked at again and again comes from the daemon's socket. */
export interface FleetAsk {
  run(...argv: readonly string[]): Promise<CommandResult>;
  /** Runs a command that prints JSON; rejects when it fails. */
  json<T>(...argv: readonly string[]): Promise<T>;
  /** `fleet pub … --wait done --json`; rejects when that is not reached. */
  tell(target: string, body: string, ...flags: readonly string[]): Promise<Waited>;
  /** `fleet pub` without waiting; resolves with the message's id. */
  pub(target: string, body: string, ...flags: readonly string[]): Promise<string>;
  /** The stages that `fleet trace` lists. */
  trace(id: string): Promise<readonly Step[]>;
  /** The message's trace once it has the stage, `times` times. */
  untilStage(id: string, stage: Stage, times?: number): Promise<readonly Step[]>;
  sessions(): Promise<readonly SessionView[]>;
  session(name: string): Promise<SessionView>;
  /** The session once it is as wanted; rejects after 10 s unless told. */
  untilSession(
    name: string,
    isWanted: (session: SessionView) => boolean,
    timeoutMs?: number,
  ): Promise<SessionView>;
  untilState(name: string, state: SessionView["state"], timeoutMs?: number): Promise<SessionView>;
}

/** The commands of the fleet in this environment. */
export function fleetAsk(command: string, env: Readonly<Record<string, string>>): FleetAsk {
  const run: FleetAsk["run"] = (...argv) => fleetCommand({ command, env }, argv);
  const json = async <T>(...argv: readonly string[]): Promise<T> => {
    const { stdout } = await must(run(...argv, "--json"));
    return JSON.parse(stdout);
  };
  const get = async <T>(path: string): Promise<T> => {
    const { text } = await callApi({ socket: pathsOf(env).socketFile, method: "GET", path });
    return JSON.parse(text);
  };
  const sessions = async () => (await get<Items<SessionView>>("/v1/sessions")).items;
  const trace = async (id: string) => (await get<TraceAnswer>(`/v1/messages/${id}/trace`)).stages;
  const untilSession: FleetAsk["untilSession"] = async (name, isWanted, timeoutMs = 30_000) => {
    let seen: SessionView | undefined;
    const look = async () => {
      seen = (await sessions()).find((each) => each.name === name);
      return seen !== undefined && isWanted(seen);
    };
    await until(look, { timeoutMs, what: () => `session ${name}; it is ${JSON.stringify(seen)}` });
    return required(seen, name);
  };
  return {
    run,
    json,
    trace,
    sessions,
    untilSession,
    tell: (target, body, ...flags) =>
      json("pub", target, body, "--wait", "done", "--timeout", "30s", ...flags),
    pub: async (target, body, ...flags) => (await json<PublishAnswer>("pub", target, body, ...flags)).id,
    async untilStage(id, stage, times = 1) {
      let seen: readonly Step[] = [];
      const look = async () =>
        (seen = await trace(id)).filter((step) => step.stage === stage).length >= times;
      const what = () =>
        `${stage} of ${id}; it has ${seen.map((step) => `${step.stage} ${step.reason ?? ""}`).join(", ")}`;
      await until(look, { timeoutMs: 60_000, what });
      return seen;
    },
    session: async (name) =>
      required(
        (await sessions()).find((each) => each.name === name),
        name,
      ),
    untilState: (name, state, timeoutMs) =>
      untilSession(name, (session) => session.state === state, timeoutMs),
  };
}

/** The result of a command that is to succeed. */
export async function must(running: Promise<CommandResult>): Promise<CommandResult> {
  const result = await running;
  if (result.code === 0) return result;
  throw new Error(`fleet ended with ${result.code}:\n${result.stderr}${result.stdout}`);
}

function required<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`fleet lists no session ${name}`);
  return found;
}
