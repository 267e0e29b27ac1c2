import { defineAdapter, type Adapter } from "@fleetbus/core";
import { emailConfig, type EmailConfig } from "./config.ts";
import { emailText } from "./limits.ts";
import { emailSink } from "./sink.ts";
import { keysOfUrl } from "./url.ts";

/**
 * Mails each notice: plain text with an HTML form, one thread for each session and topic (References), attachments. A
 * receipt proves that the server took it, not that it lies in a mailbox. A connection that breaks after the last byte
 * leaves open whether it was taken: the next try bears the same Message-ID.
 */
export const email: Adapter<EmailConfig> = defineAdapter({
  spec: {
    type: "email",
    summary:
      "Mails each notice over SMTP: text and HTML, one thread for each session and topic, whole logs attached.",
    config: emailConfig,
    examples: [
      {
        title: "A provider's server",
        config: {
          ...{ host: "smtp.example.com", user: "fleet@example.com", password: "env:FLEET_MAIL_PASSWORD" },
          ...{ from: "Fleet <fleet@example.com>", to: ["me@example.com"] },
        },
      },
      {
        title: "A relay on this machine",
        config: { host: "localhost", tls: "none", from: "fleet@lab.example", to: ["root@lab.example"] },
      },
    ],
    // one at a time over one connection: providers bound both, and a thread keeps its order
    traits: { idempotent: false, ordered: true, proves: "accepted" },
    text: emailText,
    textOf: ({ maxFileBytes }) => ({ ...emailText, maxFileBytes }),
    urls: { schemes: ["mailto", "mailtos"], parse: keysOfUrl },
    on: ["turn.failed", "permission.requested", "session.lost", "run.finished"],
  },
  open: (config, context) => ({ sink: emailSink(config, context) }),
});
