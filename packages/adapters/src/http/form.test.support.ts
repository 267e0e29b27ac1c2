import type { Received } from "./far-server.test.support.ts";

/** One part of a multipart form. */
export interface FormPart {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly text: string;
}

/** The parts of a multipart/form-data body of text (RFC 7578); none where it is something else. */
export function formOf({ headers, body }: Received): readonly FormPart[] {
  const boundary = /^multipart\/form-data; ?boundary="?([^";]+)/.exec(headers["content-type"] ?? "")?.[1];
  return boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1).map(partOf);
}

function partOf(raw: string): FormPart {
  const end = raw.indexOf("\r\n\r\n");
  const head = raw.slice(0, end);
  const [filename, type] = [parameter(head, "filename"), /^content-type: ?(.+)$/im.exec(head)?.[1]];
  return {
    name: parameter(head, "name") ?? "",
    ...(filename === undefined ? {} : { filename }),
    ...(type === undefined ? {} : { type }),
    text: raw.slice(end + 4).replace(/\r\n$/, ""),
  };
}

function parameter(head: string, name: string): string | undefined {
  const found = new RegExp(`; ?${name}=(?:"([^"]*)"|([^;\\s]+))`, "i").exec(head);
  return found?.[1] ?? found?.[2];
}
