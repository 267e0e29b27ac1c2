import { z } from "zod";
import { defineAdapter, httpFailure, type Adapter } from "@fleetbus/core";

const config = z.strictObject({
  server: z.url({ protocol: /^https?$/ }).describe("Where the pagers are called from."),
  number: z.string().regex(/^\d+$/, "digits").describe("Whose pager it is."),
  key: z.string().min(1).describe("What the server knows us by.").meta({ secret: true }),
});

/** The config of the pager adapter. */
export type PagerConfig = z.output<typeof config>;

/** A channel that nothing of fleet knows but the folder that it stands in. */
export const pager: Adapter<PagerConfig> = defineAdapter({
  spec: {
    type: "pager",
    summary: "Calls a pager.",
    config,
    examples: [
      { title: "One", config: { server: "https://pager.example", number: "4711", key: "env:PAGER" } },
    ],
    traits: { idempotent: false, ordered: true, proves: "accepted" },
    text: {
      ...{ maxTitle: 0, maxText: 80, unit: "characters", overflow: ["truncate"] },
      escape: (value) => value.replaceAll("#", "no."),
    },
    urls: {
      schemes: ["pager"],
      parse: ({ hostname, username, pathname }) => ({
        ...{ server: `https://${hostname}`, number: pathname.slice(1), key: username },
      }),
    },
    on: ["turn.failed"],
  },
  open: ({ server, number, key }, { fetch, clock }) => ({
    sink: {
      connect: async () => undefined,
      send: async (event, signal, { text }) => {
        const headers = { authorization: key, "webhook-id": event.id };
        const answer = await fetch(`${server}/${number}`, { method: "POST", headers, body: text, signal });
        const { status, headers: answered } = answer;
        const said = { status, headers: answered, body: await answer.text() };
        if (!answer.ok) throw httpFailure("calling a pager", said, clock.now());
        return { providerId: `call-${event.id}` };
      },
      close: async () => undefined,
    },
  }),
});
