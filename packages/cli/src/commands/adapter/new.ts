import { dirname, resolve } from "node:path";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { choice, json, required, text, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { adapterName, packageOf } from "./new/adapter-name.ts";
import { adapterKinds } from "./new/fill.ts";
import { newPackage, type Wanted } from "./new/template-files.ts";
import { writePackage } from "./new/write-package.ts";

/** `fleet adapter new <name>` */
export const newAdapter = defineCommand({
  about:
    "Makes the package of an adapter of your own: a small whole one in TypeScript, its tests by adapterConformance against a far side of its own, its README. The package is called fleet-adapter-<name>; people find it by the keyword fleet-adapter.",
  args: { name: required("<name>", "what it connects, as pager") },
  flags: {
    dir: text("--dir <folder>", "the package's folder; ./fleet-adapter-<name> where absent"),
    kind: choice(
      "--kind <kind>",
      "what it does: sink sends, source listens; sink where absent",
      adapterKinds,
    ),
    js: toggle("--js", "in plain JavaScript: nothing is to be built"),
    json,
  },
  examples: [
    { line: "fleet adapter new pager", about: "a package that passes its tests, to be changed" },
    { line: "fleet adapter new chat --kind both --js", about: "sends, and takes answers; plain JavaScript" },
  ],
  async run({ name: given, dir, kind = "sink", js, json: isJson }, context) {
    const name = adapterName(given);
    const folder = resolve(context.world.cwd, dir ?? packageOf(name));
    const { files, core } = await newPackage({ name, kind, language: js ? "javascript" : "typescript" });
    await writePackage(folder, files);
    const told = { folder, package: packageOf(name), kind, core, files: files.map(({ path }) => path) };
    if (isJson) return printJson(context, { ...told, ...wayOn(folder, { name, kind }, context) });
    await context.say(`made ${folder} (${files.length} files)`);
    if (core !== undefined) await context.say(fromCheckout(core));
    await tellWayOn(wayOn(folder, { name, kind }, context), context);
  },
});

function fromCheckout(core: string): string {
  return `its @fleetbus/core is file:${core}, as this fleet runs from a checkout: write a version before you publish it`;
}

interface WayOn {
  readonly next: readonly string[];
  /** For fleet.toml. */
  readonly entry: string;
}

function wayOn(folder: string, { name, kind }: Pick<Wanted, "name" | "kind">, { paths }: Context): WayOn {
  const config = dirname(paths().configFile);
  const keys = ['url = "https://…"', 'token = "env:…"'];
  const on = kind === "source" ? [] : ['on = ["turn.failed", "permission.requested"]'];
  const replies = kind === "sink" ? [] : ["", "[adapter.replies]", 'from = ["…"]', 'to = "…"'];
  const entry = [
    "[[adapter]]",
    `name = "${name}"`,
    `type = "${packageOf(name)}"`,
    ...keys,
    ...on,
    ...replies,
  ];
  return {
    next: [
      `cd ${quoted(folder)} && npm install`,
      "npm test",
      `npm install --prefix ${quoted(config)} ${quoted(folder)}`,
    ],
    entry: entry.join("\n"),
  };
}

async function tellWayOn({ next, entry }: WayOn, context: Context): Promise<void> {
  await context.say("\nnext:");
  for (const line of next) await context.say(`  ${line}`);
  await context.say(`\nthen in ${context.paths().configFile}:\n`);
  await context.print(entry);
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
