import { builtInAdapters } from "@fleetbus/adapters";
import { FleetError, shortUrl } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { required, text, toggle } from "../../command/flags.ts";
import { appendEntry } from "../../settings/append-entry.ts";

/** `fleet adapter add <url>` */
export const add = defineCommand({
  about:
    "Adds an adapter to fleet.toml by its URL: a block at the file's end, written only if the whole file is valid then. The running daemon picks it up.",
  args: { url: required("<url>", "as ntfy://ntfy.sh/agents; each adapter's page names its form") },
  flags: {
    name: text("--name <name>", "the instance's name; the adapter's type where absent"),
    on: text("--on <kinds>", "kinds of events it takes, with commas"),
    dryRun: toggle("--dry-run", "print the block and write nothing"),
  },
  examples: [
    { line: "fleet adapter add ntfy://ntfy.sh/agents --name phone", about: "then: fleet adapter test phone" },
    {
      line: "fleet adapter add jsons://ci.example.com/hook --on turn.failed,run.finished",
      about: "events to a URL",
    },
  ],
  async run({ url, name, on, dryRun }, context) {
    const { type, keys } = readUrl(url);
    const kinds = on === undefined ? {} : { on: on.split(",").map((kind) => kind.trim()) };
    const entry = { name: name ?? type, type, ...kinds, ...keys };
    const written = await appendEntry(context.paths().configFile, entry, { isDryRun: dryRun });
    await context.print(written.block);
    if (!dryRun) await untilKnown(context, entry.name);
    await context.say(
      dryRun ? "nothing was written" : `added to ${written.path}; fleet adapter test ${entry.name}`,
    );
  },
});

interface Read {
  readonly type: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

/** The URL may hold a token, and is not named in an error. */
function readUrl(text: string): Read {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase() ?? "";
  const found = builtInAdapters.find(({ spec }) => spec.urls?.schemes.includes(scheme));
  if (found?.spec.urls === undefined) {
    const known = builtInAdapters.flatMap(({ spec }) => spec.urls?.schemes ?? []);
    throw new FleetError(
      "usage",
      `adding an adapter: no adapter has URLs of ${scheme || "no"} scheme; there are ${known.map((each) => `${each}://`).join(", ")}`,
      {
        details: { known },
      },
    );
  }
  return { type: found.spec.type, keys: found.spec.urls.parse(shortUrl(text)) };
}

/** A daemon that runs takes the changed file up within a moment; what is said of it next should find it there. */
async function untilKnown(context: Context, name: string): Promise<void> {
  const { clock, signal } = context.world;
  if ((await context.daemon().status()) === undefined) return;
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { items } = await context.api().adapters();
    if (items.some((adapter) => adapter.name === name)) return;
    await clock.sleep(100, signal);
  }
  await context.say(`the daemon has not taken ${name} up yet; fleet status says why`);
}
