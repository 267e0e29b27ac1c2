import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

const payloadSchema = z.record(z.string(), z.unknown());
const folder = new URL("../../fixtures/", import.meta.url);

/** The CLIs whose payloads were captured. */
export type CapturedCli = "claude" | "codex" | "gemini" | "grok";

/** A payload as the CLI gave it to a hook; the file's name is `<Event>[.<case>].json`. */
export interface Fixture {
  readonly file: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** All captured payloads of a CLI. */
export function fixtures(cli: CapturedCli): readonly Fixture[] {
  const files = readdirSync(new URL(`${cli}/`, folder));
  return files.map((file) => ({
    file,
    event: file.split(".")[0] ?? "",
    payload: payloadSchema.parse(JSON.parse(readFileSync(new URL(`${cli}/${file}`, folder), "utf8"))),
  }));
}

/** One captured payload. */
export function fixture(cli: CapturedCli, file: string): Fixture {
  const found = fixtures(cli).find((each) => each.file === `${file}.json`);
  if (found === undefined) throw new Error(`reading fixture ${cli}/${file}: not captured`);
  return found;
}
