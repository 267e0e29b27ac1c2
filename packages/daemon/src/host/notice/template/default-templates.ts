/** What is said of a kind of event where the config says nothing: plain text, escaped as a whole. */
export interface DefaultTemplate {
  readonly title: string;
  readonly text: string;
}

const after = "{{#duration}} after {{duration}}{{/duration}}";
const withTool = "{{#tool}}: {{tool}}{{/tool}}";
const tests = "{{#tests}}Tests: {{tests}}{{/tests}}";
const facts = "{{facts}}";

/** By kind; empty lines where a variable says nothing are left out. */
export const defaultTemplates: Readonly<Record<string, DefaultTemplate>> = {
  "session.started": {
    title: "{{where}} {{#isResolved}}is back{{/isResolved}}{{^isResolved}}started{{/isResolved}}",
    text: facts,
  },
  "session.ended": { title: "{{where}} ended", text: "{{reason}}\n{{facts}}" },
  "session.lost": {
    title: "{{where}} is lost",
    text: "Its process or its terminal is gone.\n{{reason}}\n{{facts}}",
  },
  "session.drifted": {
    title: "{{where}}: its hooks are silent",
    text: "Restart it, or see /hooks in it.\n{{facts}}",
  },
  "session.configured": { title: "{{where}} has another role or supervisor", text: facts },
  "session.unparked": { title: "{{where}} is no longer parked", text: facts },
  "session.renamed": { title: "{{from}} is now {{to}}", text: facts },
  "prompt.submitted": { title: "{{where}} got a prompt", text: "{{prompt}}\n\n{{facts}}" },
  "tool.started": { title: "{{where}} uses {{tool}}", text: "{{detail}}\n\n{{facts}}" },
  "tool.finished": { title: `{{where}} used {{tool}}${after}`, text: facts },
  "tool.failed": { title: "{{where}}: {{tool}} failed", text: "{{error}}\n\n{{facts}}" },
  "turn.stopped": {
    title: `{{where}} {{#isResolved}}works again{{/isResolved}}{{^isResolved}}stopped{{/isResolved}}{{#outcome}}: {{outcome}}{{/outcome}}${after}`,
    text: `{{lastText}}\n\n${tests}\n{{facts}}`,
  },
  "turn.failed": { title: "{{where}} failed", text: `{{error}}\n\n{{lastText}}\n\n${tests}\n{{facts}}` },
  "turn.interrupted": { title: "{{where}} was interrupted", text: `${tests}\n{{facts}}` },
  "turn.parked": {
    title: "{{where}} is parked{{#until}} until {{until}}{{/until}}",
    text: "{{reason}}\n{{facts}}",
  },
  "turn.stalled": {
    title: "{{where}} has stalled",
    text: "Its turn goes on, and nothing is heard of it.\n{{facts}}",
  },
  "turn.continued": { title: "{{where}} goes on", text: facts },
  "turn.accounted": { title: "{{where}} ended a turn that fleet woke", text: facts },
  "permission.requested": {
    title: `{{where}} asks for permission${withTool}`,
    text: "{{detail}}\n\n{{facts}}",
  },
  "permission.resolved": { title: `{{where}} got its answer${withTool}`, text: facts },
  "notification.raised": { title: "{{where}} wants attention", text: "{{text}}\n\n{{facts}}" },
  "subagent.started": { title: "{{where}} started a sub-agent", text: "{{agentType}}\n{{facts}}" },
  "subagent.stopped": { title: "{{where}}: a sub-agent stopped", text: "{{agentType}}\n{{facts}}" },
  "context.compacted": { title: "{{where}} compacted its context", text: facts },
  "message.displayed": { title: "{{where}} shows a text", text: facts },
  "message.unread": {
    title:
      "{{where}} {{#isResolved}}has its mail{{/isResolved}}{{^isResolved}}has mail, and nothing can wake it{{/isResolved}}",
    text: "{{#from}}{{count}} from {{from}}{{/from}}\n{{reason}}\n{{facts}}",
  },
  "run.started": { title: "{{run}}: started on {{machine}}", text: "{{message}}\n\n{{command}}\n{{facts}}" },
  "run.output": { title: "{{run}}: output on {{machine}}", text: "{{message}}\n\n{{tail}}\n\n{{facts}}" },
  "run.finished": {
    title: `{{run}}: {{#signal}}{{signal}}{{/signal}}{{^signal}}{{#exitCode}}exit {{exitCode}}{{/exitCode}}{{^exitCode}}ended{{/exitCode}}{{/signal}}${after}`,
    text: "{{message}}\n\n{{command}}\n{{facts}}\n\n{{log}}\n\n{{tail}}",
  },
  digest: { title: "{{count}} events of {{where}}", text: "{{lines}}" },
};

/** By the kind's first word, for kinds that are not in the table. */
const defaultsByRoot: Readonly<Record<string, DefaultTemplate>> = {
  message: {
    title: "{{#subject}}{{subject}}, from {{from}}{{/subject}}{{^subject}}Message from {{from}}{{/subject}}",
    text: "{{body}}\n\n{{from}} ({{origin}}){{#type}}, {{type}}{{/type}}, {{time}}",
  },
  task: { title: "Task {{verb}}: {{task}}", text: "{{error}}\n{{reason}}\n{{note}}\n{{facts}}" },
  lock: {
    title: "Lock {{verb}}: {{project}}{{#resource}} {{resource}}{{/resource}}",
    text: "{{note}}\n{{reason}}\n\n{{where}}\n{{facts}}",
  },
  adapter: {
    title: "Adapter {{adapter}}: {{verb}}",
    text: "{{error}}\n{{reason}}\n\n{{machine}}\n{{facts}}",
  },
  daemon: { title: "Daemon of {{machine}}: {{verb}}", text: "{{error}}\n{{reason}}\n{{data}}\n{{facts}}" },
};

const generic: DefaultTemplate = { title: "{{where}}: {{kind}}", text: "{{data}}\n\n{{facts}}" };

/** What is said of any kind, also of one that nobody knew when this was written. */
export function defaultTemplateOf(kind: string): DefaultTemplate {
  if (Object.hasOwn(defaultTemplates, kind)) return defaultTemplates[kind] ?? generic;
  const [root = ""] = kind.split(".");
  return (Object.hasOwn(defaultsByRoot, root) ? defaultsByRoot[root] : undefined) ?? generic;
}
