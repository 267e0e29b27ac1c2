import { defineAdapter, type Adapter } from "@fleetbus/core";
import { inboundSchema, type InboundConfig } from "./config.ts";
import { inboundSource } from "./source.ts";

/**
 * Listens for signed requests (Standard Webhooks v1). The answer of a request is what became of it: whoever is told to try
 * again does so with the same `webhook-id`, and is taken once.
 */
export const inbound: Adapter<InboundConfig> = defineAdapter({
  spec: {
    type: "inbound",
    summary: "Takes messages, answers and quotas by signed webhooks; it sends nothing.",
    config: inboundSchema,
    examples: [
      {
        title: "From this machine, or through a tunnel to it",
        config: { path: "/fleet", secrets: ["env:FLEET_INBOUND_SECRET"] },
      },
      {
        title: "With TLS, while the secret is changed",
        config: {
          ...{ listen: "0.0.0.0:8443", secrets: ["file:/run/secrets/new", "file:/run/secrets/old"] },
          tls: { cert: "file:/etc/ssl/fleet.pem", key: "file:/etc/ssl/private/fleet.pem" },
        },
      },
    ],
    traits: { idempotent: false, ordered: false, proves: "nothing" },
    source: { vouches: "signature", isExclusive: false, isAlone: true },
  },
  open: (config, context) => ({ source: inboundSource(config, context) }),
});
