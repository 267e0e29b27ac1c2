import { beforeEach, type TestContext } from "vitest";
import { findClaudeBinary } from "./claude-binary.ts";
import { startLab, type ClaudeLab, type LabOptions } from "./claude-lab.ts";

/** The real CLI for the tests of one file. */
export interface ClaudeSuite {
  /** Starts one for a test, which may run beside others; it ends with that test. */
  lab(context: TestContext, options?: Omit<LabOptions, "binary">): Promise<ClaudeLab>;
  /** The CLI's executable. */
  binary(): string;
}

/** Call it at the top of a test file: every test of the file is skipped, with the reason, where the pinned CLI is not at hand. */
export function useClaude(): ClaudeSuite {
  const { path = "", reason } = findClaudeBinary(process.env);
  beforeEach((context) => context.skip(path === "", reason));
  return {
    async lab({ onTestFinished }, options = {}) {
      const started = await startLab({ binary: path, ...options });
      onTestFinished(() => started.close());
      return started;
    },
    binary: () => path,
  };
}
