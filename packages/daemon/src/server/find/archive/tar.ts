const block = 512;

/** The content of the first regular file of that name (in any folder) in an uncompressed tar; undefined if none or cut short. */
export function fileInTar(tar: Uint8Array, name: string): Uint8Array | undefined {
  for (let at = 0; at + block <= tar.length;) {
    const header = tar.subarray(at, at + block);
    const size = Number.parseInt(textOf(header, 124, 12).trim() || "0", 8);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    const start = at + block;
    if (isFile(header) && baseOf(textOf(header, 0, 100)) === name) {
      return start + size <= tar.length ? tar.subarray(start, start + size) : undefined;
    }
    at = start + Math.ceil(size / block) * block;
  }
  return undefined;
}

function isFile(header: Uint8Array): boolean {
  const type = header[156];
  return type === 0 || type === "0".charCodeAt(0);
}

function textOf(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
