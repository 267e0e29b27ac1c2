import { z } from "zod";
import type { Priority } from "@fleetbus/core";
import { requireAnswer } from "../http/answer.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { GotifyConfig } from "./adapter.ts";
import { gotifyText } from "./limits.ts";

const doing = "sending to Gotify";
const priorities: Readonly<Record<Priority, number>> = { low: 2, normal: 5, high: 7, urgent: 10 };
const answer = z.object({ id: z.number() });

/** Notices as messages of plain text; the token stands in a header, where no log of URLs has it. */
export function gotifyChannel({ server, token }: GotifyConfig): HttpChannel {
  return {
    doing,
    request: (_, notice) => {
      requireFit(doing, notice, gotifyText);
      const { title, text, priority, link } = notice;
      const message = {
        ...(title === "" ? {} : { title }),
        ...{ message: text, priority: priorities[priority] },
        ...(link === undefined ? {} : { extras: { "client::notification": { click: { url: link } } } }),
      };
      return {
        url: `${server.replace(/\/+$/, "")}/message`,
        headers: { "content-type": "application/json", "x-gotify-key": token },
        body: JSON.stringify(message),
        secrets: [token],
      };
    },
    receipt: (reply) => ({ providerId: String(requireAnswer(doing, reply, answer).id) }),
  };
}
