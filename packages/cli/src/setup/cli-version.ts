import { execa } from "execa";
import type { HookableCli } from "../clis/found.ts";
import type { Context } from "../command/context.ts";

/** What is known of a CLI's versions. */
interface KnownVersions {
  /** The first of which is known that it has all hooks that fleet installs; before it a CLI may refuse the whole file. */
  readonly oldest?: string;
  /** The one that fleet's tests run (docs/clis.md). */
  readonly tested: string;
}

const known: Readonly<Record<string, KnownVersions>> = {
  claude: { oldest: "2.1.152", tested: "2.1.329" },
  codex: { oldest: "0.153.3", tested: "0.169.0" },
  gemini: { oldest: "0.26.0", tested: "0.61.0" },
  grok: { tested: "1.0.41" },
};

/** A CLI's version, as its program says it, and what that means. */
export interface CliVersion {
  /** Undefined where the program did not say. */
  readonly version: string | undefined;
  /** Set where it is too old for fleet's hooks: the first version that is not. */
  readonly needs?: string;
  readonly tested: string | undefined;
}

/** CLIs that are started by Node take a second, on a busy machine several. */
const askMs = 15_000;

/** Asks the CLI's program for its version. A program that says nothing of the kind, or hangs, is no error. */
export async function versionOf({ name, program }: HookableCli, { world }: Context): Promise<CliVersion> {
  const { oldest, tested } = known[name] ?? {};
  if (program === undefined) return { version: undefined, tested };
  const asked = await execa(program, ["--version"], {
    ...{ reject: false, timeout: askMs, cancelSignal: world.signal, stdin: "ignore" },
    ...{ extendEnv: false, env: world.env, maxBuffer: 64 * 1024 },
  });
  const version = asked.failed ? undefined : /\d+\.\d+\.\d+/.exec(asked.stdout)?.[0];
  const isTooOld = version !== undefined && oldest !== undefined && isBefore(version, oldest);
  return { version, tested, ...(isTooOld ? { needs: oldest } : {}) };
}

/** Whether a version of three numbers comes before another. */
export function isBefore(version: string, other: string): boolean {
  const ours = version.split(".").map(Number);
  const theirs = other.split(".").map(Number);
  const at = ours.findIndex((number, index) => number !== theirs[index]);
  return at >= 0 && (ours[at] ?? 0) < (theirs[at] ?? 0);
}
