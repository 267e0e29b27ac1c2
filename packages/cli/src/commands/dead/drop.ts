import { defineCommand } from "../../command/define.ts";
import { json, numbers } from "../../command/flags.ts";
import { settle } from "./settle.ts";

/** `fleet dead drop <seq…>` */
export const drop = defineCommand({
  about: "Forgets dead letters.",
  args: { seqs: numbers("<seq...>", "their numbers in fleet dead list") },
  flags: { json },
  examples: [{ line: "fleet dead drop 17", about: "it is gone for good" }],
  run: (options, context) => settle("drop", options, context),
});
