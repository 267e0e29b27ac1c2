import { FleetError } from "../errors/fleet-error.ts";
import type { ObjectStoreShape } from "./layout.ts";

/** Returns a key of letters, digits, - and _; throws `usage` for any other. */
export function requireObjectKey(shape: ObjectStoreShape, key: string): string {
  if (/^[-_a-zA-Z0-9]+$/.test(key)) return key;
  throw new FleetError(
    "usage",
    `reading key "${key}" of object store ${shape.name}: use letters, digits, - and _`,
  );
}

/** The same bytes; rejects with `too_large` as soon as they are more than the store takes of one object. */
export async function* withinLimit(
  { name, maxObjectBytes }: ObjectStoreShape,
  key: string,
  data: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of data) {
    size += chunk.length;
    if (size > maxObjectBytes)
      throw new FleetError(
        "too_large",
        `storing object ${key} of ${name}: it has more than ${maxObjectBytes} bytes`,
      );
    if (chunk.length > 0) yield chunk;
  }
}
