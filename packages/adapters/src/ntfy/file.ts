import { FleetError, type Attachment, type Notice } from "@fleetbus/core";

/** A file as it is uploaded. */
export interface NtfyFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The one file that ntfy takes with a message: several texts become one, each below its name. Throws `malformed` for
 * several that are not all text.
 */
export function fileOf(doing: string, { attachments }: Notice): NtfyFile | undefined {
  const [first] = attachments;
  if (first === undefined) return undefined;
  if (attachments.length === 1) return { name: first.name, bytes: new Uint8Array(first.bytes) };
  if (!attachments.every(isText))
    throw new FleetError("malformed", `${doing}: several files that cannot be joined; a message takes one`);
  const joined = attachments.map(({ name, bytes }) => `==> ${name} <==\n${new TextDecoder().decode(bytes)}`);
  return { name: first.name, bytes: new TextEncoder().encode(joined.join("\n")) };
}

function isText({ mediaType }: Attachment): boolean {
  return mediaType.startsWith("text/");
}
