import {
  FleetError,
  sanitise,
  type AdapterContext,
  type PtyFact,
  type SendReceipt,
  type Sink,
  type WakeAttempt,
} from "@fleetbus/core";
import { whyNotOwnSocket } from "../claude-socket/owned-socket.ts";
import { typedLine } from "../typing/line.ts";
import { findProcess, isInTree, type FindProcess } from "../typing/process.ts";
import { composerOf } from "../typing/screen/clis.ts";
import type { Deadline } from "../wake/deadline.ts";
import { wakeSink } from "../wake/wake-sink.ts";
import type { PtyConfig } from "./adapter.ts";
import { talkTo, type PtyTalk } from "./talk.ts";

/** What some CLI takes for a command, a shell line or a file at a line's beginning. */
const anyLeads = "/!#@&?$";
/** Of a CLI that is not known: enough for the slowest that is (HOOKS.md §5). */
const anyPasteWaitMs = 250;

/** The sink of the pty adapter; `find` looks processes up. `close` ends sends that are under way: they reject with `unavailable`. */
export function ptySink(config: PtyConfig, context: AdapterContext, find: FindProcess = findProcess): Sink {
  const act = async (attempt: WakeAttempt, deadline: Deadline) => {
    const job = jobOf(attempt);
    return "skipped" in job ? job : type(job, { config, context, deadline, find });
  };
  return wakeSink({ doing: "typing by fleet wrap", act }, context);
}

interface Job {
  readonly attempt: WakeAttempt;
  readonly pty: PtyFact;
  readonly pid: number;
  readonly line: string;
  readonly progress: { reason: string };
}

function jobOf(attempt: WakeAttempt): Job | { readonly skipped: string } {
  const { pty, pid, cli } = attempt;
  if (pty === undefined) return { skipped: "it was not started by fleet wrap" };
  if (pid === undefined)
    return { skipped: "its process is not known, so the terminal cannot be proved to be its own" };
  const line = typedLine(attempt.text, composerOf(cli)?.leads ?? anyLeads);
  if (line === "")
    throw new FleetError("malformed", "typing by fleet wrap: nothing printable in the wake's text");
  return {
    attempt,
    pty,
    pid,
    line,
    progress: { reason: "its fleet wrap does not answer: it may be stopped" },
  };
}

interface Lent {
  readonly config: PtyConfig;
  readonly context: AdapterContext;
  readonly deadline: Deadline;
  readonly find: FindProcess;
}

async function type(job: Job, lent: Lent): Promise<SendReceipt> {
  const { pty, progress } = job;
  const { deadline } = lent;
  const reason = await whyNotOwnSocket(pty.socket, "the socket of its fleet wrap");
  if (reason !== undefined) return { skipped: reason };
  let talk: PtyTalk | undefined;
  try {
    talk = await talkTo(pty.socket, deadline.signal);
    return await converse(talk, job, lent);
  } catch (error) {
    if (deadline.isOver()) return { skipped: `the deadline passed: ${progress.reason}` };
    if (error instanceof FleetError && error.code === "unavailable" && !deadline.signal.aborted)
      return { skipped: error.message };
    throw error;
  } finally {
    talk?.close();
  }
}

async function converse(talk: PtyTalk, job: Job, lent: Lent): Promise<SendReceipt> {
  const { attempt, line, progress, pty } = job;
  const { idleSince, cli } = attempt;
  talk.say({ ask: "hello" });
  for await (const answer of talk.answers) {
    if (answer.is === "here") {
      if (answer.id !== pty.id) return { skipped: "another fleet wrap answers at its socket" };
      const pasteWaitMs = composerOf(cli)?.pasteWaitMs ?? anyPasteWaitMs;
      const rest = { ...(idleSince === undefined ? {} : { idleSince }), ...bodyOf(attempt) };
      talk.say({ ask: "type", line, pasteWaitMs, ...rest });
    } else if (answer.is === "waiting") {
      progress.reason = answer.reason;
      lent.context.log.debug({ pty: pty.id, reason: answer.reason }, "waiting to type");
    }
    if (answer.is === "skipped") return { skipped: answer.reason };
    if (answer.is === "submitted") return { providerId: pty.id };
    if (answer.is === "free") {
      const stranger = await untilItsTurn(job, lent);
      if (stranger !== undefined) return { skipped: stranger };
      talk.say({ ask: "go", isWanted: await lent.context.stillWanted(attempt.nonce) });
    }
  }
  return { skipped: "its fleet wrap hung up" };
}

/** It goes into a bracketed paste: no escape, no end of one, no control may be in it (ECOSYSTEM.md, Security 3). */
function bodyOf({ body }: WakeAttempt) {
  return body === undefined ? {} : { body: { ...body, text: sanitise(body.text) } };
}

/** Never into a shell: waits until the CLI's own process group has the terminal; a reason when it never will. */
async function untilItsTurn({ pid, pty, progress }: Job, { config, context, deadline, find }: Lent) {
  for (;;) {
    const cli = await find(pid);
    if (cli === undefined) return `process ${pid} is gone`;
    if (!(await isInTree(find, pid, pty.pid))) return `process ${pid} does not run in that fleet wrap`;
    if (cli.foreground === cli.group) return undefined;
    progress.reason = `another program is in front of process ${pid}`;
    await context.clock.sleep(config.lookAgainMs, deadline.signal);
  }
}
