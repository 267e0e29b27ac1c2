import { unseal } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { required } from "../../command/flags.ts";
import { logKeyOf } from "../../run/log/key.ts";
import { readLog } from "../../run/log/read-log.ts";
import { writeAll } from "../../run/output/write-all.ts";

/** `fleet run log <id>` */
export const log = defineCommand({
  about:
    "Prints the whole output of a run that was started with --log full, byte by byte. The server keeps it for 7 days; one that is encrypted needs the key it was written with as [run] key.",
  args: { id: required("<id>", "the run's id, as run in its events and on its last line") },
  flags: {},
  examples: [{ line: "fleet run log 01jgp3v0000000000000000000 | less -R", about: "look through it" }],
  async run({ id }, context) {
    for await (const chunk of unseal(await readLog(id, context), () => logKeyOf(context)))
      await writeAll(1, chunk);
  },
});
