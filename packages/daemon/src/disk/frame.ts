import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";

const headerBytes = 8;

/** One record as it lies on disk: its length, its CRC-32 (both 4 bytes, big endian), its bytes. */
export function frame(record: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + record.length);
  bytes.writeUInt32BE(record.length, 0);
  bytes.writeUInt32BE(crc32(record), 4);
  bytes.set(record, headerBytes);
  return bytes;
}

/** What one segment holds. */
export interface ReadFrames {
  readonly records: readonly Uint8Array[];
  readonly goodBytes: number;
  /** 1 if it ends in something that is no whole record. */
  readonly torn: 0 | 1;
}

/** The whole records of a segment, up to the first that is torn or damaged. */
export async function readFrames(file: string): Promise<ReadFrames> {
  const bytes = await readFile(file);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const record = recordAt(bytes, at);
    if (record === undefined) return { records, goodBytes: at, torn: 1 };
    records.push(record);
    at += headerBytes + record.length;
  }
  return { records, goodBytes: at, torn: 0 };
}

function recordAt(bytes: Buffer, at: number): Uint8Array | undefined {
  if (at + headerBytes > bytes.length) return undefined;
  const end = at + headerBytes + bytes.readUInt32BE(at);
  if (end > bytes.length) return undefined;
  const record = bytes.subarray(at + headerBytes, end);
  return crc32(record) === bytes.readUInt32BE(at + 4) ? record : undefined;
}
