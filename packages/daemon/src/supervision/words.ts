import { cutBytes, formatElapsed, formatTokens, formatWork, type TokenUsage } from "@fleetbus/core";
import type { Ending, How } from "./ending.ts";

/** What a supervisor reads. */
export interface Words {
  readonly subject: string;
  readonly body: string;
}

const maxTextBytes = 2048;

/** An end in words: what happened, how long it took, what it cost as far as the CLI says, and what was said last. */
export function wordsOf(ending: Ending, tokens?: TokenUsage): Words {
  const { record, end } = ending;
  const what = headlines[ending.how](ending);
  const facts = [...toolsOf(ending), ...(tokens === undefined ? [] : [formatTokens(tokens)])];
  const head = `${record.name} (${record.cli}) ${what}${afterOf(ending)}${facts.length > 0 ? `; ${facts.join("; ")}` : ""}.`;
  const because = end.reason === undefined || isSaid(ending) ? [] : [`Reason: ${end.reason}`];
  return {
    subject: `${record.name}: ${what}`.slice(0, 180),
    body: [head, ...because, ...workOf(ending), ...lastTextOf(ending)].join("\n\n"),
  };
}

const headlines: Readonly<Record<How, (ending: Ending) => string>> = {
  done: () => "is done with its turn",
  error: () => "ended its turn with an error",
  interrupted: () => "was interrupted",
  parked: ({ record }) =>
    `is parked by a usage limit${record.parkedUntil === undefined ? "" : ` until ${record.parkedUntil}`}`,
  blocked: () => "is blocked",
  unknown: () => "ended its turn, nobody knows how",
  exited: ({ end }) => (end.midTurn ? "exited in the middle of a turn" : "exited"),
  lost: ({ end }) => (end.midTurn ? "is lost in the middle of a turn" : "is lost"),
  stalled: () => "has stalled: its turn goes on, and nothing is heard of it",
};

function afterOf({ record, end }: Ending): string {
  if (!end.midTurn || record.turnStartedAt === undefined) return "";
  const ms = Date.parse(end.time) - Date.parse(record.turnStartedAt);
  return ms >= 0 ? ` after ${formatElapsed(ms)}` : "";
}

function toolsOf({ record: { work = {}, tool }, end, how }: Ending): readonly string[] {
  if (!end.midTurn) return [];
  const { tools = 0, toolsFailed = 0 } = work;
  const all = tools + toolsFailed;
  const failed = toolsFailed > 0 ? `, ${toolsFailed} failed` : "";
  const running = how === "stalled" && tool !== undefined ? [`${tool} runs`] : [];
  return [...(all > 0 ? [`${all} ${all === 1 ? "tool call" : "tool calls"}${failed}`] : []), ...running];
}

/** What the turn left behind, a line each. */
function workOf({ record: { work }, end }: Ending): readonly string[] {
  if (work === undefined || !end.midTurn) return [];
  const { files, tests } = formatWork(work);
  const lines = [
    ...(files === undefined ? [] : [`Files: ${files}`]),
    ...(tests === undefined ? [] : [`Tests: ${tests}`]),
  ];
  return lines.length > 0 ? [lines.join("\n")] : [];
}

/** What a limit's text says is the last text, and what an exit's reason says is no reason to anybody. */
function isSaid({ how, end, record }: Ending): boolean {
  return end.reason === record.lastText || (how === "exited" && end.reason === "other");
}

/** A session's end said nothing: its last text is an earlier turn's. */
function lastTextOf({ how, record: { lastText } }: Ending): readonly string[] {
  const isOfTurn = how !== "exited" && how !== "lost" && how !== "stalled";
  return isOfTurn && lastText !== undefined && lastText.trim() !== ""
    ? [`It last said:\n${cutBytes(lastText, maxTextBytes)}`]
    : [];
}
