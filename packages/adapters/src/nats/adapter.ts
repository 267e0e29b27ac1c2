import { defineAdapter, type Adapter } from "@fleetbus/core";
import { natsConfig, type NatsConfig } from "./config.ts";
import { natsSink } from "./sink.ts";
import { natsKeys } from "./url.ts";

/**
 * Forwards each event to a subject of another NATS server or account, one hop: what came in by a forward stays. With
 * `jetstream` a receipt is the stream's (its id is stream:sequence) and repeats are dropped there by the event's id, within
 * the stream's own duplicate window; without, it proves that the server took it and nothing more. Where no stream takes the
 * subject the event waits and is tried again (one may be made later), and ends in the dead letters as all that fails for long.
 */
export const nats: Adapter<NatsConfig> = defineAdapter({
  spec: {
    type: "nats",
    summary:
      "Forwards events as CloudEvents to a subject of another NATS server or account, into a stream where there is one.",
    config: natsConfig,
    examples: [
      {
        title: "Into a stream, with a .creds file",
        config: {
          servers: ["tls://connect.example.com"],
          ...{ subject: "ops.fleet.{machine}.{session}.{kind}", jetstream: true },
          creds: "file:/home/me/fleet.creds",
        },
      },
      {
        title: "To whoever listens at home (with allow_private)",
        config: {
          ...{ servers: ["nats://nats.home:4222"], allowPlain: ["nats.home"], mode: "structured" },
          ...{ user: "fleet", password: "env:HOME_NATS_PASSWORD" },
        },
      },
    ],
    // one at a time over one connection: events of a session keep their order; a config with `jetstream` is idempotent too
    traits: { idempotent: false, ordered: true, proves: "accepted" },
    urls: { schemes: ["nats", "tls"], parse: natsKeys },
  },
  open: (config, context) => ({ sink: natsSink(config, context) }),
});
