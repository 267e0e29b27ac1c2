import { FleetError, type Outcome } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { json, rest, toggle } from "../../command/flags.ts";
import { readBody } from "./body.ts";
import { printAnswer } from "./pub.ts";

/** `fleet report --done|--error|--blocked [text]` */
export const report = defineCommand({
  about: "Says your own outcome to your supervisor.",
  args: { text: rest("[text...]", "what to add; - reads the standard input") },
  flags: {
    done: toggle("--done", "the work is finished"),
    error: toggle("--error", "it went wrong"),
    blocked: toggle("--blocked", "it cannot go on without somebody else"),
    json,
  },
  examples: [
    { line: 'fleet report --done "42 tests pass"', about: "your supervisor gets one message" },
    { line: 'fleet report --blocked "no access to the registry"', about: "it comes with high priority" },
  ],
  async run(options, context) {
    const outcome = outcomeOf(options);
    const text = options.text.length === 0 ? {} : { text: await readBody({ words: options.text }, context) };
    const answer = await context.api().report({ outcome, ...text });
    await printAnswer(answer, options, context);
  },
});

function outcomeOf(flags: {
  readonly done: boolean;
  readonly error: boolean;
  readonly blocked: boolean;
}): Outcome {
  const given = (["done", "error", "blocked"] as const).filter((outcome) => flags[outcome]);
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  throw new FleetError("usage", "reading the command line: say one of --done, --error and --blocked");
}
