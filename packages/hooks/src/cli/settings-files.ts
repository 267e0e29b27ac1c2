import { join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Codex reads its hooks here; nothing else stands in the file. */
export function codexHooksFile(env: Env): string {
  return join(env["CODEX_HOME"] || join(env["HOME"] ?? "/", ".codex"), "hooks.json");
}

/** Gemini CLI's settings of the user, its hooks among them. */
export function geminiSettingsFile(env: Env): string {
  return join(env["HOME"] ?? "/", ".gemini", "settings.json");
}

/** Grok reads every file of that folder: fleet has one of its own. */
export function grokHooksFile(env: Env): string {
  return join(env["HOME"] ?? "/", ".grok", "hooks", "fleet.json");
}
