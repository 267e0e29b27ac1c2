// Reads a mail on stdin and prints what another library makes of it. A process of its own: the conditions that vitest
// resolves modules by break that library's own imports.
import { simpleParser } from "mailparser";

const { headers, attachments, ...mail } = await simpleParser(process.stdin);
const { subject, text, html, messageId, inReplyTo, references } = mail;
const files = attachments.map(({ filename, contentType, content }) => ({
  ...{ filename, contentType, base64: content.toString("base64") },
}));
const named = Object.fromEntries([...headers].filter(([, value]) => typeof value === "string"));
process.stdout.write(
  JSON.stringify({ subject, text, html, messageId, inReplyTo, references, headers: named, files }),
);
