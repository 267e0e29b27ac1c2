import type { FarSide } from "@fleetbus/core/testing";
import { startFarServer } from "../../http/far-server.test.support.ts";
import { eventOf } from "../../http/sending.test.support.ts";
import { askedOf, botApi, chat, token } from "../far.test.support.ts";

/** The far side of adapterConformance: a Bot API of its own; each message of the bot counts as the event whose id is in it. */
export async function farSide(): Promise<FarSide> {
  const api = botApi();
  const far = await startFarServer(api.judge);
  return {
    config: { token, chat, api: far.url },
    event: eventOf,
    arrivals: async () =>
      far.taken
        .filter((request) => askedOf(request).method !== "getUpdates")
        .map(({ body }) => ({ eventId: /event\d+/.exec(body)?.[0] ?? "", bytes: Buffer.byteLength(body) })),
    speak: async (n) => void api.says(`text ${n}`),
    stall: async () => far.stall(),
    leave: () => far.leave(),
    close: () => far.close(),
  };
}
