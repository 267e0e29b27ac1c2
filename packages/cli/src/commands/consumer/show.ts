import type { ConsumerView } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { pick } from "./pick.ts";

/** `fleet consumer show <name>` */
export const show = defineCommand({
  about: "Shows one durable consumer.",
  args: {
    name: required("<name>", "its name (<machine>=<session>), <machine>/<session> or the session's name"),
  },
  flags: { json },
  examples: [{ line: "fleet consumer show web", about: "web's inbox as the server sees it" }],
  async run({ name, json: isJson }, context) {
    const consumer = pick((await context.api().consumers()).items, name);
    if (isJson) return printJson(context, consumer);
    await context.print(renderFields(fieldsOf(consumer)));
  },
});

function fieldsOf(consumer: ConsumerView): Readonly<Record<string, string | number | undefined>> {
  return {
    consumer: consumer.name,
    role: consumer.role,
    stream: consumer.stream,
    subjects: consumer.subjects.join(" "),
    pending: consumer.pending,
    "ack pending": consumer.ackPending,
    redelivered: consumer.redelivered,
    "last delivered": consumer.lastDelivered,
    "ack floor": consumer.ackFloor,
    paused: consumer.isPaused ? "yes" : "no",
  };
}
