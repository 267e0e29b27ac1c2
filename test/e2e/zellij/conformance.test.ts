import { afterAll, beforeAll, describe, test } from "vitest";
import { zellij as adapter } from "@fleetbus/adapters";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { startZellij, type TestZellij } from "../../support/zellij/stand-in.ts";
import { startStage, wakeEvent } from "./stage.ts";

let zellij: TestZellij;
beforeAll(async () => {
  zellij = await startZellij();
});
afterAll(() => zellij.kill());

/** A session of the stand-in with one stand-in composer. */
async function farSide(): Promise<FarSide> {
  const stage = await startStage(zellij);
  const agent = await stage.openComposer();
  return {
    config: { command: zellij.command },
    event: (n) => ({ ...wakeEvent(stage, agent, { nonce: `nonce${n}00000` }), id: `wake-${n}` }),
    arrivals: async () =>
      (await agent.prompts()).map((prompt) => ({
        eventId: `wake-${/nonce(\d+?)00000/.exec(prompt)?.[1]}`,
        bytes: prompt.length,
      })),
    foreignEvent: () => wakeEvent(stage, agent, { text: 7 }),
    stall: async () => {
      await stage.type(agent, "half typed");
      await stage.waitForScreen(agent, /half typed/);
    },
    leave: async () => void (await zellij.tmux(stage.session, "kill-server")),
    close: () => stage.close(),
  };
}

adapterConformance({
  adapter,
  validConfig: {},
  harness: { can: ["foreignEvent", "stall", "leave"], start: farSide },
  runner: { describe, test },
});
