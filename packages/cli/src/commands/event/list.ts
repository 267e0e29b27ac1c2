import { FleetError, formatWork, workSchema, type FleetEvent } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { readDuration } from "../../command/duration.ts";
import { json, text, toggle } from "../../command/flags.ts";
import { printJsonLine } from "../../output/json.ts";
import { lineOf } from "../../output/line.ts";

/** `fleet events` */
export const list = defineCommand({
  about:
    "Prints the events of all sessions in order, oldest first; with --follow it stays and prints what comes.",
  args: {},
  flags: {
    session: text("--session <name>", "only of this session, as <name> or <machine>/<name>"),
    kind: text("--kind <kind>", "only of this kind, as turn.stopped"),
    since: text("--since <when>", "from this long ago (1h) or this time (RFC 3339) on"),
    follow: toggle("-f, --follow", "stay and print what comes"),
    json,
  },
  examples: [
    { line: "fleet events --since 1h", about: "the last hour" },
    {
      line: "fleet events --follow --kind turn.stopped --json",
      about: "one JSON object a line, as turns end",
    },
  ],
  async run(options, context) {
    const { session, kind, follow } = options;
    const since = options.since === undefined ? undefined : timeOf(options.since, context.world.clock.now());
    for await (const event of context.api().events({ session, kind, since, follow })) {
      await (options.json ? printJsonLine(context, event) : context.print(render(event)));
    }
  },
});

function timeOf(since: string, now: number): string {
  if (/^\d+(ms|s|m|h|d)/.test(since)) return new Date(now - readDuration(since, "--since")).toISOString();
  const time = Date.parse(since);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new FleetError(
    "usage",
    `reading --since: "${since}" is neither a duration such as 1h nor an RFC 3339 time`,
  );
}

function render({ time, from, kind, data }: FleetEvent): string {
  const facts = ["tool", "outcome", "reason", "error", "lastText"].flatMap((key) => {
    const fact = data[key];
    return typeof fact === "string" ? [fact] : [];
  });
  return lineOf([time, `${from.machine}/${from.session}`, kind, ...facts, ...workIn(data)]).slice(0, 300);
}

/** What a turn had done when it ended: its tests first, for they are short. */
function workIn({ work }: FleetEvent["data"]): readonly string[] {
  const { files, tests } = formatWork(workSchema.parse(work) ?? {});
  return [tests, files].flatMap((said) => said ?? []);
}
