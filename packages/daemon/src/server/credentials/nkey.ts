import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { FleetError } from "@fleetbus/core";
import { crc16, fromBase32, toBase32 } from "./base32.ts";

/** What an nkey stands for: its prefix byte makes the first letter of the encoded key (O…, A…, U…). */
export type KeyRole = "operator" | "account" | "user";

/** An Ed25519 key in NATS's encoding. The seed is the secret. */
export interface Nkey {
  readonly role: KeyRole;
  readonly publicKey: string;
  readonly seed: string;
  sign(data: Uint8Array): Uint8Array;
}

const prefixes: Readonly<Record<KeyRole, number>> = { operator: 14 << 3, account: 0, user: 20 << 3 };
const seedPrefix = 18 << 3;

/** The DER frame of an Ed25519 private key; its 32 bytes follow (RFC 8410). */
const pkcs8Frame = Buffer.from("302e020100300506032b657004220420", "hex");
/** Either key is the end of its DER form. */
const keyBytes = 32;
const pkcs8 = { format: "der", type: "pkcs8" } as const;
const spki = { format: "der", type: "spki" } as const;

/**
 * Makes a key by node:crypto: 0.1 ms, where the nkeys library takes 24 (NATS.md, "Credentials that hold"). The generation
 * itself encodes it: a KeyObject shares a lock with the job that made it, and where the garbage collector destroys the job
 * while the key is exported the process stands still for ever (Node 20.20.2, seen with `export({ format: "jwk" })`).
 */
export function newNkey(role: KeyRole): Nkey {
  return nkeyOf(role, generateKeyPairSync("ed25519", { privateKeyEncoding: pkcs8, publicKeyEncoding: spki }));
}

/** The key of an encoded seed; throws `malformed` for anything else. */
export function nkeyFromSeed(seed: string): Nkey {
  const raw = fromBase32(seed);
  const [first = 0, second = 0] = raw;
  const prefix = ((first & 0b111) << 5) | (second >> 3);
  const role = (["operator", "account", "user"] as const).find((name) => prefixes[name] === prefix);
  const isWhole = raw.length === 36 && crc16(raw.subarray(0, 34)) === raw.readUInt16LE(34);
  if (!isWhole || (first & 0b11111000) !== seedPrefix || role === undefined) {
    throw new FleetError("malformed", "reading an nkey seed: it is damaged or of another kind");
  }
  const privateKey = Buffer.concat([pkcs8Frame, raw.subarray(2, 34)]);
  const publicKey = createPublicKey(createPrivateKey({ key: privateKey, ...pkcs8 })).export(spki);
  return nkeyOf(role, { privateKey, publicKey });
}

/** Both in DER. */
interface Pair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

function nkeyOf(role: KeyRole, { privateKey, publicKey }: Pair): Nkey {
  const prefix = prefixes[role];
  return {
    role,
    publicKey: encode([prefix], publicKey),
    seed: encode([seedPrefix | (prefix >> 5), (prefix & 0b11111) << 3], privateKey),
    sign: (data) => sign(null, data, createPrivateKey({ key: privateKey, ...pkcs8 })),
  };
}

function encode(prefix: readonly number[], der: Buffer): string {
  const body = Buffer.concat([Buffer.from(prefix), der.subarray(-keyBytes)]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(body));
  return toBase32(Buffer.concat([body, sum]));
}
