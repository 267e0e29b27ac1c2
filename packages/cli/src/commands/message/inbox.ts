import type { InboxView } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json, text, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { lineOf } from "../../output/line.ts";
import { sanitise } from "@fleetbus/core";

/** `fleet inbox`: one's own drains; another's only peeks. */
export const inbox = defineCommand({
  about:
    "Reads an inbox. Your own is emptied by reading; another's is only looked at, unless --take is said.",
  args: {},
  flags: {
    session: text("--session <name>", "another session's inbox"),
    take: toggle("--take", "empty it although it is another's"),
    all: toggle("--all", "also what is done already"),
    json,
  },
  examples: [
    { line: "fleet inbox", about: "what is for you" },
    { line: "fleet inbox --session web", about: "a look at web's, which leaves it as it is" },
    { line: "fleet inbox --all --json", about: "the history for a script" },
  ],
  async run({ session, take, all, json: isJson }, context) {
    const request = {
      ...(session === undefined ? {} : { session }),
      ...(take ? { take } : {}),
      ...(all ? { all } : {}),
    };
    const answer = await context.api().inbox(request);
    if (isJson) return printJson(context, answer);
    // An agent reads the daemon's own fence: it holds the nonce that proves the reading.
    if (answer.text !== undefined && answer.text !== "") return context.print(answer.text);
    if (answer.items.length === 0) return context.say("no messages");
    for (const message of answer.items) await context.print(render(message));
  },
});

function render(message: InboxView): string {
  const { id, kind, priority, stage, subject, time, from, origin, offers } = message;
  const head = lineOf([
    ...[time, id, `from ${from.machine}/${from.session} (${origin})`, kind],
    ...[priority !== "normal" && priority, stage !== "stored" && stage, offers > 0 && "redelivered"],
  ]);
  return [
    head,
    ...(subject === undefined ? [] : [lineOf([subject])]),
    indent(sanitise(message.body)),
    "",
  ].join("\n");
}

/** Indented, so that no body can look like the head of a next message. */
function indent(body: string): string {
  return body.replace(/^/gm, "    ");
}
