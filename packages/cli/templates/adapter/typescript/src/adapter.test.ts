import { describe, test } from "node:test";
import { adapterConformance, spokenText, type FarSide } from "@fleetbus/core/testing";
import { adapter } from "./adapter.ts";
import { event } from "./bench.ts";
import { startFar } from "./far-side.ts";

/** The far side as the contract's own tests use it. */
async function start(): Promise<FarSide> {
  const far = await startFar();
  return {
    config: far.config,
    event,
    arrivals: async () => far.arrivals,
    stall: async () => void (far.isStalled = true),
    leave: () => far.close(),
    // only: source
    speak: async (n) => void far.replies.push({ id: `reply-${n}`, from: "mira", text: spokenText(n) }),
    // end
    close: () => far.close(),
  };
}

adapterConformance({
  adapter,
  validConfig: { url: "http://127.0.0.1:9", token: "x" },
  harness: {
    can: [
      "stall",
      "leave",
      // only: source
      "speak",
      "keeps",
      // end
    ],
    start,
  },
  runner: { describe, test },
});
