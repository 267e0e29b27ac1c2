import { randomUUID } from "node:crypto";
import type { Attachment } from "@fleetbus/core";
import type { HttpCall } from "./call.ts";

/** A file of a form, by its field. */
export interface FormFile {
  readonly field: string;
  readonly file: Attachment;
}

/**
 * Texts and files as multipart/form-data (RFC 7578), each byte as it is: the platform's FormData makes every newline of a
 * text two characters, which a reader sees and a limit counts.
 */
export function formBody(
  texts: Readonly<Record<string, string>>,
  files: readonly FormFile[],
): Required<Pick<HttpCall, "headers" | "body">> {
  const boundary = `fleet-${randomUUID()}`;
  const parts = [
    ...Object.entries(texts).flatMap(([field, text]) => [headOf(boundary, { name: field }), text]),
    ...files.flatMap(({ field, file: { name, mediaType, bytes } }) => [
      headOf(boundary, { name: field, filename: name }, mediaType),
      bytes,
    ]),
    `\r\n--${boundary}--\r\n`,
  ];
  return {
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    body: new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part)))),
  };
}

function headOf(boundary: string, parameters: Readonly<Record<string, string>>, type?: string): string {
  const said = Object.entries(parameters).map(([name, value]) => `; ${name}="${quoted(value)}"`);
  const lines = [`--${boundary}`, `content-disposition: form-data${said.join("")}`];
  return `\r\n${[...lines, ...(type === undefined ? [] : [`content-type: ${type}`])].join("\r\n")}\r\n\r\n`;
}

function quoted(value: string): string {
  return value.replace(/["\r\n]/g, (sign) => encodeURIComponent(sign));
}
