import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";
import { sanitiseLine, type Notice } from "@fleetbus/core";
import type { MailComposerOptions } from "nodemailer/lib/mail-composer";
import type { EmailConfig } from "../config.ts";
import { htmlOf } from "./html.ts";
import { importance } from "../limits.ts";

/** A mail as it goes over the wire. */
export interface RawMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly bytes: Buffer;
}

/** Whose mail it is, and when. */
export interface Sending {
  readonly config: Pick<EmailConfig, "from" | "to">;
  readonly ns: string;
  readonly nowMs: number;
}

/**
 * The mail of a notice: plain text with an HTML alternative, its attachments, one thread for each key. The same notice
 * has the same Message-ID on every try: mail servers and programs that look at it show it once.
 */
export async function mailOf(notice: Notice, sending: Sending): Promise<RawMail> {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const { from, to } = sending.config;
  const bytes = await new MailComposer(contentOf(notice, sending)).compile().build();
  return { from: bareAddress(from), to: to.map(bareAddress), bytes };
}

/** The address in `Fleet <fleet@example.com>`. */
export function bareAddress(address: string): string {
  return /<([^<>]+)>$/.exec(address)?.[1] ?? address;
}

function contentOf(notice: Notice, { config, ns, nowMs }: Sending): MailComposerOptions {
  const domain = domainToASCII(bareAddress(config.from).split("@").at(-1) ?? "") || "fleet.invalid";
  const thread = `<fleet.thread.${digest(`${ns}\n${notice.key}`)}@${domain}>`;
  const { xPriority, importance: said } = importance[notice.priority];
  return {
    ...{ from: config.from, to: [...config.to], date: new Date(nowMs) },
    subject: sanitiseLine(notice.title),
    messageId: `<fleet.${idOf(notice.id)}@${domain}>`,
    inReplyTo: thread,
    references: thread,
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "X-Priority": xPriority,
      Importance: said,
    },
    text: textOf(notice),
    html: htmlOf(notice),
    attachments: notice.attachments.map(({ name, mediaType, bytes }) => ({
      ...{ filename: sanitiseLine(name), contentType: mediaTypeOf(mediaType) },
      ...{ content: Buffer.from(bytes), contentTransferEncoding: "base64" },
    })),
    // what looks like a path or a URL is content all the same
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function textOf({ text, link }: Notice): string {
  return link === undefined || text.includes(link) ? `${text}\n` : `${text}\n\n${link}\n`;
}

function mediaTypeOf(text: string): string {
  return /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.-]+)*$/.test(text) ? text : "application/octet-stream";
}

/** Ids may be foreign; what is no plain token is named by its digest. */
function idOf(id: string): string {
  return /^[A-Za-z0-9_-]{1,100}$/.test(id) ? id : digest(id);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
