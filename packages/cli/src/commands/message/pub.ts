import { idSource } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { required, rest } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { readBody } from "./body.ts";
import { checkFlags, pubFlags, requestOf, type PubFlags } from "./pub-flags.ts";
import { publish } from "./publish.ts";

/** `fleet pub <target> [body…]` */
export const pub = defineCommand({
  about:
    "Says something to a session, a group or me, and wakes who is idle. The target is a session's name, <machine>/<name>, a folder, all, parent or me.",
  args: {
    target: required("<target>", "who is to get it"),
    body: rest("[body...]", "what to say; - reads the standard input"),
  },
  flags: pubFlags,
  examples: [
    { line: 'fleet pub web "the API has a new field: price"', about: "wakes web if it is idle" },
    {
      line: 'fleet pub web "run the tests" --wait done',
      about: "stays until its turn has ended, prints the last text",
    },
    { line: "git diff | fleet pub review -", about: "the body comes from the standard input" },
    {
      line: 'fleet pub all "main is frozen" --note',
      about: "everybody sees it with what comes next; nobody is woken",
    },
  ],
  async run(options, context) {
    checkFlags(options);
    const body = await readBody({ words: options.body, file: options.bodyFile }, context);
    const id = options.id ?? idSource(context.world.clock)();
    const published = await publish({ ...requestOf(options), target: options.target, body, id }, context);
    if (options.wait === undefined || options.wait === "stored")
      return printAnswer(published.answer, options, context);
    const { waitFor } = await import("./wait-for.ts");
    await waitFor(
      published,
      { until: options.wait, timeoutMs: options.timeout, json: options.json },
      context,
    );
  },
});

/** Prints where a message stands: `<id>  <stage>  <mailboxes>`, or the whole answer as JSON. */
export async function printAnswer(
  answer: PublishAnswer,
  { json }: Pick<PubFlags, "json">,
  context: Context,
): Promise<void> {
  if (json) return printJson(context, answer);
  const again = answer.isDuplicate ? "  (it was there already)" : "";
  await context.print(`${answer.id}  ${answer.stage}  ${answer.to.join(", ")}${again}`);
}
