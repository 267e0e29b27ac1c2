import type { FleetEvent } from "@fleetbus/core";

const session = { cli: "claude", cwd: "/srv/web" };
const tool = { ...session, tool: "Bash" };

/** What an event of each kind may carry. */
const sampleData: Readonly<Record<string, FleetEvent["data"]>> = {
  "session.started": { ...session, reason: "startup" },
  "session.ended": { ...session, reason: "exit" },
  "session.lost": { ...session, reason: "its process is gone" },
  "session.drifted": { ...session, evidence: "it answered at 09:00 and no hook told of it" },
  "session.configured": { ...session, role: "frontend", parent: "api" },
  "session.unparked": { ...session, until: "2026-01-02T18:00:00.000Z" },
  "session.renamed": { ...session, from: "web", to: "frontend" },
  "prompt.submitted": { ...session, prompt: "Make the tests pass." },
  "tool.started": { ...tool, detail: "npm test" },
  "tool.finished": { ...tool, durationMs: 4200 },
  "tool.failed": { ...tool, error: "exit code 1" },
  "turn.stopped": {
    ...{ ...session, outcome: "done", durationMs: 192_000, lastText: "All 12 tests pass." },
    work: { tools: 7, files: ["src/cart.ts"], tests: [{ name: "npm test", passed: true }] },
  },
  "turn.failed": { ...session, error: "API error 529: overloaded", lastText: "I will look at the log next." },
  "turn.interrupted": { ...session, confirmedBy: "reader" },
  "turn.parked": { ...session, until: "2026-01-02T18:00:00.000Z", reason: "usage limit" },
  "turn.stalled": { ...session, evidence: "no event and nothing in its file of the conversation for 30m" },
  "turn.continued": { ...session, messages: ["01jgp3v0000000000000000000"] },
  "turn.accounted": {
    ...session,
    rung: "tmux",
    since: "2026-01-02T15:03:00.000Z",
    durationMs: 65_000,
    outcome: "done",
    tokens: { input: 12_400, cached: 11_000, output: 220 },
  },
  "permission.requested": { ...tool, detail: "rm -rf build && npm run build" },
  "permission.resolved": tool,
  "notification.raised": { ...session, text: "Claude is waiting for your input" },
  "subagent.started": { ...session, agentType: "Explore" },
  "subagent.stopped": { ...session, agentType: "Explore" },
  "context.compacted": { ...session, trigger: "auto" },
  "message.displayed": { ...session, final: true },
  "message.received": {
    ...{ from: "lab/api", origin: "agent", type: "message", priority: "high" },
    ...{
      subject: "Schema",
      body: "Which version of the schema do you use?",
      id: "01jgp3v0000000000000000001",
    },
  },
  "message.unread": {
    ...session,
    ...{ from: "lab/api", count: 2, priority: "normal" },
    reason: "tmux: a shell runs in the pane",
  },
  "run.started": { command: "npm test", cwd: "/srv/web" },
  "run.output": { command: "npm test", tail: "ok 11\nok 12" },
  "run.finished": {
    ...{ command: "npm test", cwd: "/srv/web", exitCode: 7, outcome: "error", durationMs: 83_000 },
    tail: "ok 11\nnot ok 12\n1 of 12 tests failed",
  },
  "adapter.failing": { adapter: "phone", error: "sending to ntfy.example: HTTP 500" },
  "task.done": { task: "Write the changelog", project: "web" },
  "lock.claimed": { project: "web", resource: "database", note: "migrating" },
};

/** An event of a kind that nobody sent, always the same; of a kind that is not known with nothing in it. */
export function sampleOf(kind: string): FleetEvent {
  return {
    id: "01jgp3v0000000000000000000",
    kind,
    from: { machine: "lab", session: "web" },
    time: "2026-01-02T15:04:05.000Z",
    origin: "agent",
    data: Object.hasOwn(sampleData, kind) ? (sampleData[kind] ?? {}) : {},
  };
}
