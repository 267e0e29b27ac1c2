import { describe, test } from "vitest";
import { tmux as adapter } from "@fleetbus/adapters";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { startStage, wakeEvent } from "./stage.ts";

/** A private tmux server with one stand-in composer. */
async function farSide(): Promise<FarSide> {
  const stage = await startStage();
  const agent = await stage.openComposer();
  return {
    event: (n) => ({ ...wakeEvent(stage.tmux, agent, { nonce: `nonce${n}00000` }), id: `wake-${n}` }),
    arrivals: async () => {
      const prompts = await agent.prompts();
      return prompts.map((prompt) => ({
        eventId: `wake-${/nonce(\d+?)00000/.exec(prompt)?.[1]}`,
        bytes: prompt.length,
      }));
    },
    foreignEvent: () => wakeEvent(stage.tmux, agent, { text: 7 }),
    stall: async () => void (await stage.tmux.command("copy-mode", "-t", agent.pane)),
    leave: async () => void (await stage.tmux.command("kill-server")),
    close: () => stage.close(),
  };
}

adapterConformance({
  adapter,
  validConfig: {},
  harness: { can: ["foreignEvent", "stall", "leave"], start: farSide },
  runner: { describe, test },
});
