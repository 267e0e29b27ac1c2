import { describe, expect, test } from "vitest";
import { declaredIn, forbiddenImports, isImported, packageFolders } from "./support/boundaries.ts";
import { importsOf } from "./support/imports.ts";
import { packageSources } from "./support/tree.ts";

describe("the boundaries between packages", () => {
  test("hold for every import in the tree", () => {
    const sources = packageSources();
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.flatMap((file) => importsOf(file.text)).length).toBeGreaterThan(150);
    expect(sources.flatMap(forbiddenImports)).toEqual([]);
  });

  test("every dependency that a package declares is imported by it", () => {
    const declared = packageFolders.flatMap((folder) => declaredIn(folder).map((name) => ({ folder, name })));
    expect(declared.length).toBeGreaterThan(20);
    expect(declared.filter(({ folder, name }) => !isImported(folder, name))).toEqual([]);
    expect(isImported("core", "left-pad")).toBe(false);
  });

  const forbidden = [
    ["core/src/a.ts", 'import { hooks } from "@fleetbus/hooks";', "a package above"],
    ["core/src/a.ts", 'import type { Hook } from "@fleetbus/hooks";', "a type of a package above"],
    ["core/src/a.ts", 'export * from "@fleetbus/daemon";', "a re-export"],
    ["adapters/src/a.ts", 'const d = await import("@fleetbus/daemon");', "a dynamic import"],
    ["adapters/src/a.ts", 'type D = import("@fleetbus/daemon").Daemon;', "an import type"],
    ["adapters/src/a.ts", 'import {\n  a,\n  b,\n} from "@fleetbus/hooks";', "an import over several lines"],
    ["adapters/src/a.ts", 'import { jetStreamBus } from "@fleetbus/core/bus";', "the bus in an adapter"],
    ["adapters/src/a.ts", 'import { connect } from "@nats-io/transport-node";', "the NATS client itself"],
    [
      "hooks/src/a.ts",
      'import type { ForeignServer } from "@fleetbus/core/nats";',
      "a server in a translator",
    ],
    ["hooks/src/a.ts", 'import "@fleetbus/adapters";', "an import for its side effect"],
    ["daemon/src/a.ts", 'import { main } from "fleetbus";', "the command line"],
    [
      "daemon/src/a.ts",
      'import { connect } from "@nats-io/transport-node";',
      "the NATS client outside the bus",
    ],
    ["daemon/src/server/a.ts", 'import { jetstream } from "@nats-io/jetstream";', "more than credentials"],
    [
      "daemon/src/a.ts",
      'import { x } from "../../core/src/clock.ts";',
      "a relative path into another package",
    ],
    ["daemon/src/a.ts", 'import { x } from "@fleetbus/core/dist/clock.js";', "a path that is not exported"],
    ["daemon/src/a.ts", 'import { memoryBus } from "@fleetbus/core/testing";', "test code in the product"],
    ["hooks/src/a.ts", 'import pino from "pino";', "a library that the package does not declare"],
    ["core/src/a.ts", 'import { join } from "path";', "a built-in without node:"],
    ["core/src/a.ts", 'import { x } from "./b";', "a relative import without its ending"],
  ] as const;

  test.each(forbidden)("%s: %s is caught (%s)", (path, text) => {
    expect(forbiddenImports({ path: `packages/${path}`, text })).toHaveLength(1);
  });

  const allowed = [
    ["cli/src/a.ts", 'import { startDaemon } from "@fleetbus/daemon";'],
    ["adapters/src/nats/a.ts", 'const { connectForeign } = await import("@fleetbus/core/nats");'],
    ["adapters/src/a.test.ts", 'import { adapterConformance } from "@fleetbus/core/testing";'],
    ["core/src/bus/jetstream/a.ts", 'import { jetstream } from "@nats-io/jetstream";'],
    ["daemon/src/server/a.test.ts", 'import { encodeUser } from "@nats-io/jwt";'],
    [
      "core/src/a.ts",
      '/** import { x } from "@fleetbus/daemon" */\n// import "nats";\nimport { z } from "zod";',
    ],
  ] as const;

  test.each(allowed)("%s: %s is allowed", (path, text) => {
    expect(forbiddenImports({ path: `packages/${path}`, text })).toEqual([]);
  });
});
