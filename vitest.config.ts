import { defineConfig } from "vitest/config";

const shared = {
  resolve: { conditions: ["fleetbus-source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["fleetbus-source", "node", "import", "default"] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
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
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: ["test/e2e/{command,adapters}/**"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "command",
          include: ["test/e2e/command/**/*.test.ts", "test/wire/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "adapters",
          include: ["test/e2e/adapters/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "containers",
          include: ["test/containers/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts", "test/containers/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          setupFiles: ["test/support/count-assertions.ts"],
          name: "clis",
          include: ["test/clis/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
