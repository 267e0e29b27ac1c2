import { isSecretReference } from "@fleetbus/core";
import { z } from "zod";
import { isLoopback } from "../place/is-loopback.ts";
import { keyOf } from "../webhook/sign.ts";
import { placeOf } from "./place.ts";

const minKeyBytes = 16;

const secret = z
  .string()
  .refine(
    (text) => isSecretReference(text) || keyOf(text).length >= minKeyBytes,
    `use a key of at least ${minKeyBytes} bytes, as whsec_ and the base64 of 32 random ones`,
  )
  .meta({ secret: true });

const pem = (what: string) =>
  z.string().min(1).describe(`${what}, PEM; best named, as file:/etc/ssl/fleet.pem.`).meta({ secret: true });

/** The keys of the inbound adapter. */
export const inboundSchema = z
  .strictObject({
    listen: z
      .string()
      .refine((text) => placeOf(text) !== undefined, "use host:port, as 127.0.0.1:8787 or [::1]:8787")
      .default("127.0.0.1:8787")
      .describe("Where it listens. Beyond this machine only with tls, or behind_proxy."),
    path: z
      .string()
      .regex(/^\/[\x21-\x22\x24-\x3e\x40-\x7e]*$/, "use a path, as /fleet")
      .default("/")
      .describe("The one path that it answers at."),
    secrets: z
      .array(secret)
      .min(1)
      .describe(
        "Keys that requests are signed with (Standard Webhooks): whsec_ and base64, or any text of 16 bytes and more. To rotate, name the new one beside the old one until every sender has it.",
      ),
    tls: z
      .strictObject({
        cert: pem("The certificate, with those between it and its authority"),
        key: pem("Its key"),
      })
      .optional()
      .describe("Listens with TLS (1.2 and later)."),
    behind_proxy: z
      .boolean()
      .default(false)
      .describe(
        "true: a proxy of yours takes the requests with TLS and hands them on. Then it may listen beyond this machine, and any Host is taken.",
      ),
  })
  .refine(({ listen, tls, behind_proxy: isBehind }) => isBehind || tls !== undefined || isLocal(listen), {
    path: ["listen"],
    message:
      "it can be reached from other machines, and what they send would go in clear: set tls, or behind_proxy = true where a proxy of yours does TLS",
  });

/** The config of the inbound adapter. */
export type InboundConfig = z.output<typeof inboundSchema>;

function isLocal(listen: string): boolean {
  return isLoopback(placeOf(listen)?.host ?? "");
}
