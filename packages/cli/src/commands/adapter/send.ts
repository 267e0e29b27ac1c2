import { prioritySchema } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { choice, json, required, rest, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { printSent } from "./sent.ts";

/** `fleet adapter send <name> <text…>` */
export const send = defineCommand({
  about: "Sends a text of your own through one adapter, outside of its routes, rates and quiet hours.",
  args: {
    name: required("<adapter>", "its name in fleet.toml"),
    text: rest("<text...>", "what to say"),
  },
  flags: {
    title: text("--title <title>", "its title"),
    priority: choice("--priority <priority>", "how urgent it is", prioritySchema.options),
    json,
  },
  examples: [
    { line: 'fleet adapter send phone "the build is green"', about: "prints the far side's answer" },
  ],
  async run({ name, text: words, title, priority, json: isJson }, context) {
    const sent = await context.api().sendBy({
      name,
      text: words.join(" "),
      ...(title === undefined ? {} : { title }),
      ...(priority === undefined ? {} : { priority }),
    });
    return isJson ? printJson(context, sent) : printSent(context, name, sent);
  },
});
