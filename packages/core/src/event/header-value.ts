const plain = /^[\x21\x23\x24\x26-\x7e]*$/;
const notPlain = /[^\x21\x23\x24\x26-\x7e]/gu;

/**
 * An attribute's value as a NATS header: space, `"`, `%` and all outside U+0021–7E percent-encoded as UTF-8
 * (CloudEvents NATS binding 1.0.3, 3.1.3.2). Half a surrogate pair becomes U+FFFD.
 */
export function encodeHeaderValue(value: string): string {
  return plain.test(value) ? value : value.replace(notPlain, encodeCharacter);
}

/** The attribute in a header's value. Throws URIError where the encoded bytes are not UTF-8, as the binding demands. */
export function decodeHeaderValue(header: string): string {
  const text = header.startsWith('"') && header.endsWith('"') && header.length > 1 ? unquote(header) : header;
  return text.includes("%") ? decodeURIComponent(text) : text;
}

function encodeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return "%EF%BF%BD";
  if (code > 0x7f) return encodeURIComponent(character);
  return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Quoted values come from writers of the binding's older versions. */
function unquote(header: string): string {
  return header.slice(1, -1).replace(/\\(.)/g, "$1");
}
