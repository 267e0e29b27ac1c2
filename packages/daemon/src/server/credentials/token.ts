import { createHash } from "node:crypto";
import type { Nkey } from "./nkey.ts";

/** What a NATS JWT says: whom it is about, and the `nats` claims of its type. */
export interface TokenClaims {
  readonly name: string;
  /** Public key of the operator, account or user. */
  readonly sub: string;
  readonly nats: Readonly<Record<string, unknown>> & { readonly type: "operator" | "account" | "user" };
}

const header = encodeJson({ typ: "JWT", alg: "ed25519-nkey" });

/** A NATS JWT, version 2. The same claims, signer and second give the same text. */
export function signToken(claims: TokenClaims, signer: Nkey, issuedAtMs: number): string {
  const body = {
    iat: Math.floor(issuedAtMs / 1000),
    iss: signer.publicKey,
    ...claims,
    nats: { ...claims.nats, version: 2 },
  };
  const jti = createHash("sha256").update(JSON.stringify(body)).digest("base64url");
  const payload = `${header}.${encodeJson({ jti, ...body })}`;
  return `${payload}.${Buffer.from(signer.sign(Buffer.from(payload))).toString("base64url")}`;
}

/** A user's JWT and seed in the form of a `.creds` file. Whoever holds it is that user. */
export function formatCreds(jwt: string, user: Nkey): string {
  return [
    "-----BEGIN NATS USER JWT-----",
    jwt,
    "------END NATS USER JWT------",
    "",
    "-----BEGIN USER NKEY SEED-----",
    user.seed,
    "------END USER NKEY SEED------",
    "",
  ].join("\n");
}

function encodeJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
