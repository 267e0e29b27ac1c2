import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { eventually } from "./tmux.ts";

/** The stand-in for a CLI's composer, to be run by node with the file that it records in. */
export const composerFile = fileURLToPath(new URL("composer.mjs", import.meta.url));

const recordSchema = z.object({
  prompt: z.string().optional(),
  menu: z.string().optional(),
  permission: z.string().optional(),
  started: z.number().optional(),
});

/** One thing that happened to a stand-in composer. */
export type ComposerRecord = z.infer<typeof recordSchema>;

/** What happened to a stand-in composer. */
export interface ComposerRecords {
  /** The process that was started last. */
  readonly pid: number;
  /** Oldest first. */
  records(): Promise<readonly ComposerRecord[]>;
  /** Submitted so far, oldest first. */
  prompts(): Promise<readonly string[]>;
  /** Resolves with the first `count` prompts. */
  waitForPrompts(count: number): Promise<readonly string[]>;
}

/** Reads what a composer records in `file`; resolves when it runs. */
export async function composerRecords(file: string): Promise<ComposerRecords> {
  const records = async () =>
    (await readFile(file, "utf8").catch(() => "")) // nothing happened yet
      .split("\n")
      .filter((row) => row !== "")
      .map((row) => recordSchema.parse(JSON.parse(row)));
  const prompts = async () =>
    (await records()).flatMap(({ prompt }) => (prompt === undefined ? [] : [prompt]));
  const come = async (count: number) => {
    const all = await prompts();
    return all.length >= count ? all : undefined;
  };
  const started = async () => (await records()).findLast((each) => each.started !== undefined)?.started;
  const pid = await eventually(started, () => "its start");
  const waitForPrompts = (count: number) =>
    eventually(
      () => come(count),
      () => `${count} prompts`,
    );
  return { pid, records, prompts, waitForPrompts };
}
