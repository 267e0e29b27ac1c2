import { z } from "zod";
import type { AdapterContext, ErrorCode, FleetEvent, Notice, Priority } from "@fleetbus/core";
import { jsonOf, requireAnswer } from "../http/answer.ts";
import type { HttpReply } from "../http/call.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { PushoverConfig } from "./adapter.ts";
import { maxUrl, pushoverText } from "./limits.ts";

const doing = "sending to Pushover";
const priorities: Readonly<Record<Priority, number>> = { low: -1, normal: 0, high: 1, urgent: 2 };
const yes = z.object({
  status: z.literal(1),
  request: z.string().min(1),
  receipt: z.string().min(1).optional(),
});
const no = z.object({ token: z.string().optional(), user: z.string().optional() });

/** Notices as messages of plain text. What is urgent is an emergency: it sounds until it is acknowledged, and has a receipt. */
export function pushoverChannel(
  config: PushoverConfig,
  { clock }: Pick<AdapterContext, "clock">,
): HttpChannel {
  return {
    doing,
    request: (event, notice) => {
      requireFit(doing, notice, pushoverText);
      return {
        url: `${config.server.replace(/\/+$/, "")}/1/messages.json`,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(fieldsOf(config, event, notice)).toString(),
        secrets: [config.token, config.user],
      };
    },
    receipt: (reply) => {
      const { request, receipt } = requireAnswer(doing, reply, yes);
      return { providerId: receipt ?? request };
    },
    saidMs: (reply) => untilReset(reply, clock.now()),
    codeOf,
  };
}

function fieldsOf(
  config: PushoverConfig,
  { time }: FleetEvent,
  notice: Notice,
): Readonly<Record<string, string>> {
  const { title, text, priority, sound, link } = notice;
  const { token, user, devices, retry, expire } = config;
  return {
    ...{ token, user, message: text },
    ...(title === "" ? {} : { title }),
    priority: String(priorities[priority]),
    ...(priority === "urgent" ? { retry: String(retry), expire: String(expire) } : {}),
    ...(devices.length === 0 ? {} : { device: devices.join(",") }),
    ...(sound === undefined ? {} : { sound }),
    ...(link === undefined || link.length > maxUrl ? {} : { url: link }),
    timestamp: String(Math.floor(Date.parse(time) / 1000)),
  };
}

/** The month's messages are used up: a header says when the next month begins, in Unix time. */
function untilReset({ status, headers }: HttpReply, nowMs: number): number | undefined {
  const reset = Number(headers.get("x-limit-app-reset") ?? "none");
  return status === 429 && Number.isFinite(reset) ? Math.max(0, reset * 1000 - nowMs) : undefined;
}

/** A key that is wrong is told with 400 and the field's name. */
function codeOf({ status, body }: HttpReply): ErrorCode | undefined {
  const { token, user } = no.safeParse(jsonOf(body)).data ?? {};
  return status === 400 && [token, user].includes("invalid") ? "unauthorized" : undefined;
}
