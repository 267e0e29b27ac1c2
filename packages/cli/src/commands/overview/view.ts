import type { SessionView } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { printJsonLine } from "../../output/json.ts";
import { lineOf } from "../../output/line.ts";
import { stateOf } from "../session/columns.ts";
import { renderFacts, renderOverview, type Overview } from "./picture.ts";

/** Where a watched overview appears. */
export interface View {
  begin(): Promise<void>;
  /** A new look; may hold nothing new. */
  show(overview: Overview): Promise<void>;
  /** Time has passed, and nothing else. */
  tick(overview: Overview): Promise<void>;
  end(): Promise<void>;
}

/** One JSON object a line, a screen at a terminal, else plain lines. */
export function viewFor(isJson: boolean, context: Context): View {
  if (isJson) return jsonLines(context);
  return context.world.stdout.isTerminal ? screen(context) : plainLines(context);
}

const nothing = (): Promise<void> => Promise.resolve();

/** All of it again as soon as anything in it is different. */
function jsonLines(context: Context): View {
  let last = "";
  const show = async (overview: Overview): Promise<void> => {
    const text = JSON.stringify(overview);
    if (text !== last) await printJsonLine(context, overview);
    last = text;
  };
  return { begin: nothing, show, tick: nothing, end: nothing };
}

/** The facts and each session once, then whatever of it has become different, with the time. */
function plainLines(context: Context): View {
  let last: readonly string[] = [];
  const show = async (overview: Overview): Promise<void> => {
    const lines = [renderFacts(overview), ...overview.sessions.map(plainSession)];
    const time = new Date(context.world.clock.now()).toISOString();
    for (const line of lines) if (!last.includes(line)) await context.print(lineOf([time, line]));
    last = lines;
  };
  return { begin: nothing, show, tick: nothing, end: nothing };
}

function plainSession(session: SessionView): string {
  const { machine, name, inbox, isPaused } = session;
  return lineOf([
    `${machine}/${name}`,
    stateOf(session),
    inbox > 0 && `mail ${inbox}`,
    isPaused && "paused",
    session.advice,
  ]);
}

// The terminal's second screen without a cursor, lines cut at its edge; and back.
const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** Redraws in place; what was seen last stays on the screen that it returns to. */
function screen({ world }: Context): View {
  let last = "";
  const draw = async (overview: Overview): Promise<void> => {
    last = renderOverview(overview, world.clock.now());
    const lines = last.split("\n").slice(0, Math.max(1, (world.stdout.rows ?? 24) - 1));
    const text = lines.map((line) => `${line}\u001b[K`).join("\r\n");
    await world.stdout.write(`\u001b[H${text}\u001b[J`);
  };
  return {
    begin: () => world.stdout.write(enter),
    show: draw,
    tick: draw,
    end: () => world.stdout.write(`${leave}${last === "" ? "" : `${last}\n`}`),
  };
}
