import { afterEach, beforeEach } from "vitest";
import { findClaudeBinary } from "./claude-binary.ts";
import { startLab, type ClaudeLab, type LabOptions } from "./claude-lab.ts";

/** The real CLI for the tests of one file. */
export interface ClaudeSuite {
  /** Starts one; it ends with its test. */
  lab(options?: Omit<LabOptions, "binary">): Promise<ClaudeLab>;
  /** The CLI's executable. */
  binary(): string;
}

/**
 * Call it at the top of a test file: every test of the file is skipped, with the reason, where the pinned CLI is not at
 * hand, and what a test started is ended after it.
 */
export function useClaude(): ClaudeSuite {
  const { path, reason } = findClaudeBinary(process.env);
  const labs: ClaudeLab[] = [];
  beforeEach((context) => context.skip(path === undefined, reason));
  afterEach(async () => {
    for (const one of labs.splice(0)) await one.close();
  });
  return {
    async lab(options = {}) {
      const started = await startLab({ binary: path ?? "", ...options });
      labs.push(started);
      return started;
    },
    binary: () => path ?? "",
  };
}
