import { FleetError } from "../errors/fleet-error.ts";

/** Of AES-256. */
const keyBytes = 32;

/** A key of `[run] key`: 32 bytes of base64 (also for URLs) or hex; throws `config` for anything else, and never shows it. */
export function readLogKey(text: string): Buffer {
  const given = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(given)
    ? Buffer.from(given, "hex")
    : Buffer.from(/^[\w+/-]{43}=?$/.test(given) ? given : "", "base64");
  if (key.length === keyBytes) return key;
  throw new FleetError(
    "config",
    "reading run.key: it is not 32 bytes in base64 or hex; make one with: openssl rand -base64 32",
  );
}
