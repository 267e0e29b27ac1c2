import { defineCommand } from "../../command/define.ts";
import { json, numbers } from "../../command/flags.ts";
import { settle } from "./settle.ts";

/** `fleet dead retry <seq…>` */
export const retry = defineCommand({
  about: "Sends dead letters again to where they came from.",
  args: { seqs: numbers("<seq...>", "their numbers in fleet dead list") },
  flags: { json },
  examples: [{ line: "fleet dead retry 17 18", about: "both are sent again" }],
  run: (options, context) => settle("retry", options, context),
});
