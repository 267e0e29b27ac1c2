import type { HookSet } from "../install/hook-set.ts";
import { commandTexts } from "./command-texts.ts";
import { skillText } from "./skill-text.ts";

/** One file of a plugin. */
export interface PluginFile {
  /** Within the plugin's folder. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** What a plugin is made from. */
export interface PluginParts {
  /** The hooks, as the installer of settings wants them too, but told as the plugin's (claudeHooks with `via`). */
  readonly hooks: Pick<HookSet, "wanted">;
  /** fleet's own version. */
  readonly version: string;
  /** Program and arguments that run `fleet` where the session's PATH has none. */
  readonly fleet: readonly string[];
}

/** The plugin's name: its commands are `/fleet:…`. */
export const pluginName = "fleet";

/** Where its hooks stand: by them fleet knows its own plugin. */
export const pluginHooksFile = "hooks/hooks.json";

/** What makes a folder a plugin. */
export const pluginManifest = ".claude-plugin/plugin.json";

/**
 * Claude Code's plugin of fleet (HOOKS.md 1.9): hooks, a skill, commands, and `bin`, which the CLI puts at the end of its
 * shell's PATH. The same parts give the same bytes. The manifest comes last: a folder without it is no plugin.
 */
export function pluginFiles({ hooks, version, fleet }: PluginParts): readonly PluginFile[] {
  const wanted: readonly (readonly [string, unknown])[] = hooks.wanted.map(({ event, handlers }) => [
    event,
    [{ hooks: handlers }],
  ]);
  return [
    file(pluginHooksFile, json({ hooks: Object.fromEntries<unknown>(wanted) })),
    file("skills/bus/SKILL.md", skillText),
    ...Object.entries(commandTexts).map(([name, text]) => file(`commands/${name}.md`, text)),
    { path: "bin/fleet", text: programText(fleet), mode: 0o755 },
    file("README.md", readme),
    file(pluginManifest, json(manifest(version))),
  ];
}

function file(path: string, text: string): PluginFile {
  return { path, text, mode: 0o644 };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function manifest(version: string): object {
  return {
    name: pluginName,
    version,
    description: "This session on the fleet bus: messages between agent sessions and their human",
    author: { name: "fleet" },
    license: "MIT",
  };
}

const readme = `# fleet

Puts each session of Claude Code on the bus of [fleet](https://www.npmjs.com/package/fleetbus): its hooks tell the daemon of
this machine when a turn begins and ends, and bring in the messages that wait for the session; the skill says how to answer;
\`/fleet:inbox\`, \`/fleet:status\` and \`/fleet:pub\` are for you. Written by \`fleet hooks install --claude --plugin\`, taken
out by \`fleet hooks uninstall --claude\`. Nothing leaves this machine but through fleet's own server.
`;

/** Only asked where no other fleet is on the PATH; what it names may be gone, as a package cache. */
function programText(fleet: readonly string[]): string {
  const words = fleet.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return `#!/bin/sh
# Written by fleet: do not edit.
[ -e ${words.at(-1) ?? "''"} ] && exec ${words.join(" ")} "$@"
echo "fleet: not on PATH, and no longer where it was; see: npm install -g fleetbus" >&2
exit 127
`;
}
