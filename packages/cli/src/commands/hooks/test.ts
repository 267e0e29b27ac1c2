import { FleetError, hookWord, sanitiseLine } from "@fleetbus/core";
import { parseHookRequest, previewPayload, type PayloadPreview } from "@fleetbus/hooks";
import { tableOf } from "../../clis/tables.ts";
import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";

/** `fleet hooks test <cli> <event>` */
export const test = defineCommand({
  about:
    "Reads a hook's payload on stdin and says what fleet makes of it: the event, the fields taken, those that are missing or not read, and how an answer would be written. Nothing is sent.",
  args: {
    cli: required("<cli>", "claude, codex, gemini, grok or a name of [[cli]] in fleet.toml"),
    event: required("<event>", "the CLI's own name of the event"),
  },
  flags: { json },
  examples: [
    { line: "fleet hooks test aide turn-end < payload.json", about: "exit 2 when a field is missing" },
    { line: "fleet hooks test codex Stop --json < payload.json", about: "the whole event" },
  ],
  async run({ cli, event, json: isJson }, context) {
    const { table } = await tableOf(cli, context);
    const { world } = context;
    const body = await world.stdin.read(longest, world.signal);
    const path = `/v1/hook/${cli}/${hookWord(event)}`;
    const call = parseHookRequest({ path, headers: {}, body, now: world.clock.now() });
    const seen = previewPayload(table, { event, payload: call.payload });
    await (isJson ? printJson(context, seen) : context.print(renderFields(fieldsOf(seen))));
    if (seen.missing.length > 0)
      throw new FleetError("malformed", `reading ${cli}'s ${event}: missing ${seen.missing.join(", ")}`);
  },
});

/** As much as a hook's client hands over. */
const longest = 32 * 1024 * 1024;

function fieldsOf(seen: PayloadPreview): Readonly<Record<string, string | undefined>> {
  const { event, isKnown, meaning, missing, unread, answer } = seen;
  const [first] = meaning;
  const nothing = isKnown ? "nothing, by this payload" : "nothing: its table has no such event";
  return {
    event: sanitiseLine(event),
    meaning: first?.kind ?? nothing,
    fields: first === undefined ? undefined : sanitiseLine(JSON.stringify(first.data)),
    missing: missing.length === 0 ? undefined : missing.join(", "),
    "not read": unread.length === 0 ? undefined : sanitiseLine(unread.join(", ")),
    "an answer": answer,
  };
}
