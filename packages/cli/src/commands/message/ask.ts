import { FleetError, idSource, sanitise } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { choice, duration, json, required, rest, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { readBody } from "./body.ts";
import { publish } from "./publish.ts";
import { follow, notReached } from "./wait-for.ts";

/** `fleet ask <target> <question>`: waits and prints the answer. */
export const ask = defineCommand({
  about:
    "Asks a session something, waits for its reply and prints it: the answer on stdout, how far it is on stderr.",
  args: {
    target: required("<target>", "who is to answer"),
    question: rest("[question...]", "what to ask; - reads the standard input"),
  },
  flags: {
    bodyFile: text("--body-file <file>", "take the question from a file"),
    priority: choice("--priority <priority>", "how urgent", ["low", "normal", "high", "urgent"]),
    timeout: duration("--timeout <duration>", "how long to wait (10m)"),
    json,
  },
  examples: [
    { line: 'fleet ask api "which port do you listen on?"', about: "prints the reply" },
    {
      line: 'fleet ask api "ready?" --timeout 2m || echo late',
      about: "exit 5: no reply in time; 1: it ended its turn without one",
    },
  ],
  async run(options, context) {
    const body = await readBody({ words: options.question, file: options.bodyFile }, context);
    const id = idSource(context.world.clock)();
    const priority = options.priority === undefined ? {} : { priority: options.priority };
    const published = await publish(
      { target: options.target, body, id, kind: "question", ...priority },
      context,
    );
    const wait = { until: "replied", timeoutMs: options.timeout, json: options.json } as const;
    const followed = await follow(published, wait, context);
    if (followed.missing.length > 0) throw notReached(published, wait, followed);
    for (const receipt of followed.reached) {
      await printReply(receipt, options, context);
      if (receipt.reply !== undefined) await takeOwn(receipt.reply, context).catch(() => undefined); // it stays in the inbox
    }
  },
});

interface Replied {
  readonly id: string;
  readonly reply?: string | undefined;
  readonly lastText?: string | undefined;
}

/** The receipt names the reply; the reply's own trace holds its whole text, the receipt only its beginning. */
async function printReply(
  replied: Replied,
  { json: isJson }: { readonly json: boolean },
  context: Context,
): Promise<void> {
  if (replied.reply === undefined)
    throw new FleetError("failed", `asking: the receipt of message ${replied.id} names no reply`);
  const { message } = await context.api().trace(replied.reply);
  if (isJson) return printJson(context, message ?? { id: replied.reply, body: replied.lastText });
  await context.print(sanitise(message?.body ?? replied.lastText ?? ""));
}

/** The human has read it here: it waits for them no more. An agent's own turn says what it has seen. */
async function takeOwn(reply: string, context: Context): Promise<void> {
  const api = context.api();
  const { session } = await api.whoami();
  if (session === "me") await api.ack(reply);
}
