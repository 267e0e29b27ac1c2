import { formatElapsed, formatWork, eventPriority, workSchema, type FleetEvent } from "@fleetbus/core";
import { plainOf, timeOf } from "./plain.ts";
import { isResolving } from "./topic.ts";

/** What is left of a value that is too long: its head, its end, or nothing of it at all. */
export type Shape = "head" | "tail" | "whole";

/** What a template may ask of the occasion rather than of the event. */
export interface Occasion {
  /** The state that it told of is over; by the event's own kind where absent. */
  readonly isResolved?: boolean | undefined;
  /** Where more is to be seen. */
  readonly link?: string | undefined;
  /** What there is of a run's full log. */
  readonly log?: { readonly line: string } | undefined;
  /** The time zone of the one who reads; UTC where absent. */
  readonly zone?: string | undefined;
}

/** A variable of the templates. */
export interface Variable {
  readonly about: string;
  readonly shape: Shape;
  /** As it came: it is sanitised later. Empty where the event does not say. */
  of(event: FleetEvent, occasion: Occasion): string;
}

/** A field of the event's data, by the first of the names that it has. */
function field(about: string, names: readonly string[], shape: Shape = "head"): Variable {
  const of = ({ data }: FleetEvent) =>
    names.map((name) => plainOf(data[name])).find((text) => text !== "") ?? "";
  return { about, shape, of };
}

function computed(about: string, of: Variable["of"], shape: Shape = "head"): Variable {
  return { about, shape, of };
}

const whereOf = ({ from }: FleetEvent) => `${from.machine}/${from.session}`;
const durationOf = ({ data }: FleetEvent) => {
  const ms = Number(data["durationMs"] ?? Number.NaN);
  return Number.isFinite(ms) && ms >= 0 ? formatElapsed(ms) : "";
};
const workOf = ({ data }: FleetEvent) => formatWork(workSchema.parse(data["work"]) ?? {});
const factsOf = ({ data, time }: FleetEvent, { zone }: Occasion) =>
  [plainOf(data["cli"]), plainOf(data["cwd"]), timeOf(time, zone)].filter((text) => text !== "").join(" · ");

/** All variables of the templates, in the order of the docs. Each is plain text; none is ever absent, but may be empty. */
export const variables = {
  where: computed("The session, as lab/web", whereOf),
  machine: computed("Its machine", ({ from }) => from.machine),
  session: computed("Its name", ({ from }) => from.session),
  kind: computed("The event's kind, as turn.failed", ({ kind }) => kind),
  verb: computed("What happened: the kind without its first word", ({ kind }) => verbOf(kind)),
  id: computed("The event's id", ({ id }) => id, "whole"),
  time: computed("When it happened", ({ time }, { zone }) => timeOf(time, zone)),
  origin: computed("Whose doing it is: human, agent, system, external", originOf),
  priority: computed("low, normal, high, urgent", (event) => eventPriority(event)),
  isResolved: computed("yes, where the state that it told of is over", (event, { isResolved }) =>
    (isResolved ?? isResolving(event)) ? "yes" : "",
  ),
  link: computed("Where more is to be seen", (_, { link }) => link ?? "", "whole"),
  facts: computed("CLI, folder and time on one line", factsOf),
  cli: field("The agent's CLI", ["cli"]),
  cwd: field("Its folder", ["cwd"]),
  tool: field("The tool that is used or asked for", ["tool"]),
  detail: field("What the tool is to do", ["detail"]),
  error: field("What went wrong", ["error"]),
  reason: field("Why it happened", ["reason"]),
  lastText: field("The last text of the turn", ["lastText"]),
  tests: computed(
    "The tests that the turn ran, and whether they passed",
    (event) => workOf(event).tests ?? "",
  ),
  files: computed("The files that the turn's tools wrote", (event) => workOf(event).files ?? ""),
  prompt: field("What was asked of the session", ["prompt"]),
  text: field("What a notification of the CLI says", ["text"]),
  outcome: field("How it ended: done, error, interrupted, parked, blocked, unknown", ["outcome"]),
  duration: computed("How long it took", durationOf),
  until: computed("Until when it is parked", ({ data }, { zone }) => timeOf(plainOf(data["until"]), zone)),
  agentType: field("The kind of sub-agent", ["agentType"]),
  run: field("A run's title, or its command", ["title", "command", "argv"]),
  command: field("The command of a run", ["command", "argv"]),
  message: field("What the user wanted to be said of a run", ["message"]),
  exitCode: field("The exit code of a run", ["exitCode"]),
  signal: field("The signal that ended a run", ["signal"]),
  tail: field("The last output of a run", ["tail", "output"], "tail"),
  log: computed(
    "What there is of a run's full log, where it was to be attached",
    (_, { log }) => log?.line ?? "",
  ),
  from: field("Who sent the message; what the session was called before", ["from"]),
  to: field("Whom it was sent to; what the session is called now", ["to"]),
  subject: field("The message's subject", ["subject"]),
  body: field("The message's text", ["body"]),
  type: field("The message's type", ["type"]),
  task: field("What the task is", ["task", "title", "text", "description", "id"]),
  note: field("What was said of the task or lock", ["note", "notes"]),
  project: field("The project of a task or lock", ["project"]),
  resource: field("What is locked", ["resource"]),
  adapter: field("The adapter's name", ["adapter", "name"]),
  data: computed("All that the event says, a line each", ({ data }) => linesOf(data)),
  count: computed("How many events a digest tells of", () => "1"),
  lines: computed("A digest's events, a line each", () => ""),
} as const satisfies Readonly<Record<string, Variable>>;

/** The name of a variable. */
export type VariableName = keyof typeof variables;

/** The names, in the order of the table. */
export const variableNames: readonly VariableName[] = Object.keys(variables).filter(isVariable);

/** Whether templates know this variable. */
export function isVariable(name: string): name is VariableName {
  return Object.hasOwn(variables, name);
}

function verbOf(kind: string): string {
  return kind.split(".").slice(1).join(" ").replaceAll("-", " ");
}

/** A message has the origin of its sender, whoever publishes the event about it. */
function originOf({ data, origin }: FleetEvent): string {
  return plainOf(data["origin"]) || origin;
}

/** What a person need not read of every event. */
const unsaid: ReadonlySet<string> = new Set(["cli", "cliVersion", "cliSession", "cwd", "pid", "promptId"]);

function linesOf(data: FleetEvent["data"]): string {
  return Object.entries(data)
    .map(([name, value]) => [name, plainOf(value)] as const)
    .filter(([name, value]) => value !== "" && !unsaid.has(name))
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
