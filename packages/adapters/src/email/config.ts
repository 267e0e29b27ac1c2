import { z } from "zod";
import { isLoopback } from "../place/is-loopback.ts";
import { usualFileBytes } from "./limits.ts";

const address = z
  .string()
  .regex(
    /^(?:[^\p{Cc}<>]*<[^\p{Cc}\s<>@,;]+@[^\p{Cc}\s<>@,;]+>|[^\p{Cc}\s<>@,;]+@[^\p{Cc}\s<>@,;]+)$/u,
    "use fleet@example.com or Fleet <fleet@example.com>",
  );

const oauth2 = z.strictObject({
  clientId: z.string().min(1).describe("The client that the provider knows."),
  clientSecret: z.string().min(1).meta({ secret: true }).describe("Its secret."),
  refreshToken: z.string().min(1).meta({ secret: true }).describe("What access tokens are got with."),
  tokenUrl: z.url({ protocol: /^https?$/ }).describe("Where they are got; https, but for allow_private."),
});

/** The keys of the email adapter. */
export const emailConfig = z
  .strictObject({
    host: z
      .string()
      .regex(/^[^\s/@]+$/, "a host name or an address")
      .describe("The mail server that takes the mails; only the config names it, no event ever does."),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe("Its port; where absent 465 for implicit, 587 for starttls, 25 for none."),
    tls: z
      .enum(["implicit", "starttls", "none"])
      .default("implicit")
      .describe(
        "implicit: TLS from the first byte; starttls: upgraded before anything is said, or nothing is sent; none: in clear, only to this machine or to a host in allowPlain.",
      ),
    allowPlain: z
      .array(z.string().min(1))
      .default([])
      .describe("Hosts that mails and passwords may go to in clear, as mail.home."),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe("A certificate authority of one's own, PEM; best named, as file:/etc/ssl/mail-ca.pem.")
      .meta({ secret: true }),
    user: z.string().min(1).optional().describe("The account, where the server wants one."),
    password: z.string().min(1).optional().describe("Its password.").meta({ secret: true }),
    oauth2: oauth2
      .optional()
      .describe(
        "Instead of a password: clientId, clientSecret, refreshToken and tokenUrl of the account's provider (XOAUTH2).",
      ),
    from: address.describe("Who the mails come from, as Fleet <fleet@example.com>."),
    to: z.array(address).min(1).describe("Who gets them."),
    maxFileBytes: z
      .int()
      .min(0)
      .max(50_000_000)
      .default(usualFileBytes)
      .describe(
        "Bytes of files in one mail, as of a run's full log (fleet run --attach full): they grow by 37 % on their way, and the server's bound is on the whole mail. What is larger, or what the server finds too large, is left out, which the mail says.",
      ),
  })
  .refine(
    ({ user, password, oauth2: own }) =>
      (user === undefined) === (password === undefined && own === undefined),
    {
      path: ["user"],
      message: "an account has a user, and a password or oauth2: name both, or neither",
    },
  )
  .refine(({ tls, host, allowPlain }) => tls !== "none" || isLoopback(host) || allowPlain.includes(host), {
    path: ["tls"],
    message: "none sends mails and passwords in clear; if that is meant, name the host in allowPlain",
  });

/** The config of the email adapter. */
export type EmailConfig = z.output<typeof emailConfig>;

/** The port that is meant where none is named (RFC 8314; RFC 5321). */
export const usualPort = { implicit: 465, starttls: 587, none: 25 } as const;
