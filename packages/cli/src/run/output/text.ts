import { bytesOf, sanitise } from "@fleetbus/core";

/**
 * The end of an output as text for people, at most `maxBytes` of UTF-8: no escape sequences, of a line that was written
 * over and over (a progress bar) the last state, never half a character. What is no text leaves nothing behind.
 */
export function tailText(bytes: Uint8Array, maxBytes: number): string {
  const text = new TextDecoder().decode(withoutHalf(bytes));
  return lastBytes(sanitise(lastStates(text)), maxBytes);
}

/** One line of an output as text, for matching and for telling. */
export function lineText(line: Uint8Array): string {
  return sanitise(lastStates(new TextDecoder().decode(line)));
}

/** A ring may begin within a character. */
function withoutHalf(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}

function lastStates(text: string): string {
  if (!text.includes("\r")) return text;
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  return lines.map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1)).join("\n");
}

function lastBytes(text: string, maxBytes: number): string {
  const over = bytesOf(text) - maxBytes;
  if (over <= 0) return text;
  return new TextDecoder().decode(withoutHalf(new TextEncoder().encode(text).subarray(over)));
}
