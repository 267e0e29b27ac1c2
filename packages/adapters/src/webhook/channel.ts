import { eventType, FleetError, sourceOf, type AdapterContext, type FleetEvent } from "@fleetbus/core";
import { secretsIn } from "../http/masked.ts";
import type { HttpChannel } from "../http/sink.ts";
import type { WebhookConfig } from "./adapter.ts";
import { fitted } from "./fit.ts";
import { signature } from "./sign.ts";

const doing = "posting to the webhook";
const maxBytes = 20_000;

/**
 * Events as CloudEvents JSON (CloudEvents 1.0, HTTP binding 3.2), signed at the moment they are sent. One that can be answered
 * bears the token of its answer as the extension attribute `fleetreply`; one that was too long the names of its texts that were cut
 * as `fleettruncated`.
 */
export function webhookChannel(
  { url, secrets, headers }: WebhookConfig,
  context: AdapterContext,
): HttpChannel {
  return {
    doing,
    request: (event, { reply }) => {
      const envelope = { ...envelopeOf(event, context.ns), ...(reply && { fleetreply: reply.token }) };
      const body = fitted(envelope, maxBytes);
      if (body === undefined)
        throw new FleetError("too_large", `${doing}: event ${event.id} takes over ${maxBytes} bytes`);
      const seconds = Math.floor(context.clock.now() / 1000);
      return {
        url,
        secrets: [...secretsIn(url), ...Object.values(headers)],
        headers: {
          ...headers,
          "content-type": "application/cloudevents+json; charset=utf-8",
          "user-agent": "fleet-webhook",
          "webhook-id": event.id,
          "webhook-timestamp": String(seconds),
          ...(secrets.length === 0
            ? {}
            : {
                "webhook-signature": secrets
                  .map((secret) => signature({ secret, id: event.id, seconds, body }))
                  .join(" "),
              }),
        },
        body,
      };
    },
    receipt: () => ({}),
  };
}

/** The event in CloudEvents' JSON format. */
export function envelopeOf(event: FleetEvent, ns: string): Readonly<Record<string, unknown>> {
  return {
    specversion: "1.0",
    id: event.id,
    source: sourceOf(ns, event.from),
    type: eventType(event.kind),
    time: event.time,
    datacontenttype: "application/json",
    fleetorigin: event.origin,
    data: event.data,
  };
}
