import { availableParallelism } from "node:os";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const shared = {
  resolve: { conditions: ["fleetbus-source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["fleetbus-source", "node", "import", "default"] } },
};

/** Most unit tests wait for a child process or a socket, not for the processor. */
const maxWorkers = Math.max(3, availableParallelism());

const servers = "test/support/global-setup.ts";

/** A suite of real processes: one file at a time, each with the time that a busy machine takes. */
function realProcesses(name: string, own: Partial<NonNullable<TestProjectInlineConfiguration["test"]>>) {
  const setup = { setupFiles: ["test/support/count-assertions.ts"], globalSetup: [servers] };
  const patience = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };
  return { ...shared, test: { name, ...setup, ...patience, ...own } };
}

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
          // Half of the time went into loading the same modules for each file; the house keeps no state in modules.
          isolate: false,
          maxWorkers,
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "house",
          include: ["test/*.test.ts"],
          maxWorkers,
          testTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "claims",
          include: ["test/claims/*.test.ts"],
        },
      },
      realProcesses("e2e", {
        include: ["test/e2e/**/*.test.ts"],
        exclude: ["test/e2e/{command,adapters}/**"],
      }),
      realProcesses("wire", { include: ["test/wire/**/*.test.ts"] }),
      realProcesses("command", { include: ["test/e2e/command/**/*.test.ts"] }),
      realProcesses("adapters", { include: ["test/e2e/adapters/**/*.test.ts"] }),
      realProcesses("chaos", { include: ["test/chaos/**/*.test.ts"], testTimeout: 600_000 }),
      realProcesses("containers", {
        include: ["test/containers/**/*.test.ts"],
        globalSetup: [servers, "test/containers/global-setup.ts"],
      }),
      realProcesses("clis", {
        include: ["test/clis/**/*.test.ts"],
        testTimeout: 180_000,
        hookTimeout: 180_000,
      }),
    ],
  },
});
