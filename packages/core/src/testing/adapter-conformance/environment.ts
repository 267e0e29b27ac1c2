import { deepEqual } from "node:assert/strict";
import { isSink, limit, within, type AdapterCase, sendTo } from "./case.ts";

/** What an adapter needs to know stands in its config, where it is validated, shown and redacted. */
export const environmentCases: readonly AdapterCase[] = [
  {
    name: "it never reads the environment",
    isFor: isSink,
    run: async ({ connect, far }) => {
      const watched = watchEnvironment();
      try {
        const sink = await connect();
        await within(sendTo(sink, far.event(1), limit()), "send");
        await within(sink.close(), "close");
      } finally {
        watched.stop();
      }
      deepEqual([...watched.read], []);
    },
  },
];

/** Notes each variable that is read, until `stop`, but for what Node itself reads. */
function watchEnvironment(): { readonly read: ReadonlySet<string>; stop(): void } {
  const before = process.env;
  const read = new Set<string>();
  const note = (what: string) => {
    // The frames above: this function, the trap, then whoever reads.
    const reader = new Error("reads").stack?.split("\n")[3] ?? "";
    if (!/\(node:|at node:/.test(reader)) read.add(`${what} ${reader.trim()}`);
  };
  process.env = new Proxy(before, {
    get: (target, name) => {
      if (typeof name !== "string") return undefined;
      note(name);
      return target[name];
    },
    has: (target, name) => {
      note(String(name));
      return Reflect.has(target, name);
    },
    ownKeys: (target) => {
      note("all of it");
      return Reflect.ownKeys(target);
    },
  });
  return {
    read,
    stop: () => {
      process.env = before;
    },
  };
}
