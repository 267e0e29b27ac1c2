import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { HookSet } from "@fleetbus/hooks";

const configSchema = z.object({
  hooks: z.object({ state: z.record(z.string(), z.unknown()) }),
});

/**
 * Whether Codex' person trusts as many entries of the hooks file as fleet wants there (HOOKS.md 2.2: one a handler in
 * `config.toml`, with a hash that only Codex can make); undefined where its config cannot be read.
 */
export async function codexTrusts(hooksFile: string, { wanted }: HookSet): Promise<boolean | undefined> {
  const text = await readFile(join(dirname(hooksFile), "config.toml"), "utf8").catch(() => ""); // none: nothing is trusted
  const config = await tomlOf(text);
  if (config === undefined) return undefined;
  const { data } = configSchema.safeParse(config);
  const trusted = Object.keys(data?.hooks.state ?? {}).filter((key) => key.startsWith(`${hooksFile}:`));
  return trusted.length >= wanted.flatMap(({ handlers }) => handlers).length;
}

async function tomlOf(text: string): Promise<unknown> {
  const { parse } = await import("smol-toml");
  try {
    return parse(text);
  } catch {
    return undefined; // Codex says itself what is wrong with it
  }
}
