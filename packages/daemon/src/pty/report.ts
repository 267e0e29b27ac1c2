import { chooseName, findNonces, type SessionRecord } from "@fleetbus/core";
import type { PtyReport, PtyReportAnswer } from "@fleetbus/core/api";
import { knownClis } from "../ingest/clis.ts";
import { noteEvent, sweepDead } from "../ingest/note.ts";
import { ownerOf, type Edge } from "../requests/edge.ts";

/** What runs commands, and is none: a line for an agent would be one. */
const shells = new Set([
  "sh",
  "bash",
  "dash",
  "zsh",
  "ksh",
  "fish",
  "tcsh",
  "csh",
  "nu",
  "pwsh",
  "xonsh",
  "tmux",
]);

/**
 * Takes in what `fleet wrap` sees of a command without hooks: a session that is marked as not hooked, idle by its quiet
 * output. Nothing of a CLI that has hooks, which tell more, and nothing of a shell. The same report again changes nothing.
 */
export async function takePtyReport(edge: Edge, report: PtyReport): Promise<PtyReportAnswer> {
  const { cli, pty } = report;
  if (knownClis(edge.settings().config.cli).has(cli)) return { why: `the hooks of ${cli} tell of it` };
  if (shells.has(cli)) return { why: `${cli} runs commands: nothing is typed into it` };
  const here = edge.registry.live().filter((record) => record.pty?.id === pty.id);
  const hooked = here.find((record) => record.hooked);
  const own = here.find((record) => !record.hooked);
  if (hooked !== undefined) {
    if (own !== undefined) tell(edge, own.name, { ...report, state: "ended" });
    return { why: `the hooks of ${hooked.name} tell of it` };
  }
  if (own === undefined && report.state === "ended") return { why: "it was never told of" };
  const { name } = own ?? (await register(edge, report));
  await finish(edge, name, report);
  tell(edge, name, report);
  return { session: name, why: "it has no hooks" };
}

async function register(edge: Edge, report: PtyReport): Promise<Pick<SessionRecord, "name">> {
  sweepDead(edge);
  const { registry } = edge;
  const taken = new Set(registry.live().map(({ name }) => name));
  const facts = { fleetSession: report.name, pid: report.pid, cwd: report.cwd };
  const { name, display } = chooseName(facts, taken, registry.all());
  const data = { ...factsOf(edge, report), cwd: report.cwd, display, reason: "wrapped" };
  noteEvent(edge, name, { kind: "session.started", data });
  // Opened again with the next report where there is no server yet.
  await edge.mailboxes
    .open(ownerOf(edge, name))
    .catch((error: unknown) => edge.onError(error, `opening the inbox of ${name}`));
  return { name };
}

/** Before the session is idle: else it would be woken for them again. */
async function finish(edge: Edge, name: string, { messages = [] }: PtyReport): Promise<void> {
  const mailbox = edge.mailboxes.find(name);
  if (mailbox === undefined) return;
  const leases = messages.flatMap((id) => mailbox.find(id) ?? []);
  await Promise.all(leases.map((lease) => mailbox.finish(lease, {})));
}

function tell(edge: Edge, name: string, report: PtyReport): void {
  const state = edge.registry.find(name)?.state;
  const { prompt } = report;
  const data = { ...factsOf(edge, report), ...(prompt === undefined ? {} : { prompt }) };
  const rung = edge.planner.rungOf(name, findNonces(prompt ?? ""));
  if (report.state === "ended")
    noteEvent(edge, name, { kind: "session.ended", data: { ...data, reason: "exit" } });
  if (report.state === "busy" && (state !== "busy" || prompt !== undefined))
    noteEvent(edge, name, {
      kind: "prompt.submitted",
      data: { ...data, ...(rung === undefined ? {} : { rung }) },
    });
  // Nobody told how it ended.
  if (report.state === "idle" && state !== "idle")
    noteEvent(edge, name, { kind: "turn.stopped", data: { ...data, outcome: "unknown" } });
}

function factsOf({ processes }: Edge, { cli, pid, pty }: PtyReport) {
  const procStart = processes.startOf(pid);
  return { cli, pid, pty, hooked: false, ...(procStart === undefined ? {} : { procStart }) };
}
