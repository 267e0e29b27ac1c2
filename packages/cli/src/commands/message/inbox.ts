import { FleetError } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { json, text, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { renderMessage } from "./render-message.ts";

/** `fleet inbox`: one's own drains; another's only peeks. */
export const inbox = defineCommand({
  about:
    "Reads an inbox. Your own is emptied by reading; another's is only looked at, unless --take is said.",
  args: {},
  flags: {
    session: text("--session <name>", "another session's inbox"),
    take: toggle("--take", "empty it although it is another's"),
    all: toggle("--all", "also what is done already"),
    follow: toggle("-f, --follow", "stay and print what arrives"),
    json,
  },
  examples: [
    { line: "fleet inbox", about: "what is for you" },
    { line: "fleet inbox --session web", about: "a look at web's, which leaves it as it is" },
    { line: "fleet inbox --all --json", about: "the history for a script" },
    { line: "fleet inbox --follow --json", about: "one JSON object a line, as messages arrive" },
  ],
  async run({ session, take, all, follow, json: isJson }, context) {
    if (follow) {
      if (all)
        throw new FleetError(
          "usage",
          "reading an inbox: --all shows what is done, --follow what comes; give one",
        );
      const { followInbox } = await import("./follow-inbox.ts");
      return followInbox({ session, take, json: isJson }, context);
    }
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
    for (const message of answer.items) await context.print(renderMessage(message));
  },
});
