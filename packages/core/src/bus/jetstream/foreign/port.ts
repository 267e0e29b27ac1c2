import type { Credentials } from "../credentials.ts";

/** TLS of a connection: all of it as PEM text. */
export interface ForeignTls {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string;
  /** The client's own certificate and key, where the server asks for one. */
  readonly cert?: string;
  readonly key?: string;
}

/** How to reach a NATS server that is not the fleet's own bus. */
export interface ForeignOptions {
  /** Literal addresses, tried in this order; nothing is resolved here, so that what was checked is what is called. */
  readonly addresses: readonly string[];
  /** The name that a certificate must bear, and that messages show. */
  readonly host: string;
  readonly port: number;
  /** Shown by the server's monitoring. */
  readonly name: string;
  readonly credentials?: Credentials;
  /** TLS, or nothing is said. Absent: all goes in clear, and a server that wants TLS is refused. */
  readonly tls?: ForeignTls;
  /** Where answers come to; `_INBOX` where absent. */
  readonly inboxPrefix?: string;
}

/** One message for a foreign server. */
export interface ForeignMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
  /** `Nats-Msg-Id`: a stream of the far side drops a second one within its duplicate window. */
  readonly dedupeId: string;
}

/** A stream's word that it has a message. */
export interface ForeignReceipt {
  readonly stream: string;
  readonly seq: number;
  /** It had one of this dedupeId already, and `seq` is that one's. */
  readonly isDuplicate: boolean;
}

/**
 * One connection to such a server, which ends when it breaks: it never reconnects, who needs another opens it. Calls may
 * overlap; each ends with its signal or after ten seconds, and rejects with the signal's reason or a FleetError:
 * `unauthorized` (a permission is missing), `too_large` (over the server's max_payload or the stream's limit),
 * `unavailable` (away, hung, or no stream takes the subject: one may be made later), `storage` (the stream is full), `failed`
 * (something answered that is no stream).
 */
export interface ForeignServer {
  isOpen(): boolean;
  /** Resolves when a stream has stored it. */
  store(message: ForeignMessage, signal: AbortSignal): Promise<ForeignReceipt>;
  /** Resolves when the server has read it and refused nothing of it. Whether anybody listens there, it does not say. */
  publish(message: ForeignMessage, signal: AbortSignal): Promise<void>;
  /** Whether the account holds the streams of a fleet of this namespace; false too where it may not be asked. */
  holdsFleet(ns: string, signal: AbortSignal): Promise<boolean>;
  /** What was published may be lost; calls in flight reject. Never rejects. */
  close(): Promise<void>;
}
