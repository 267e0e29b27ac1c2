/** What one sender may cost. */
export interface InboundLimits {
  readonly maxBodyBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxConnections: number;
  /** Until the headers are there. */
  readonly headersMs: number;
  /** Until the request is there. */
  readonly requestMs: number;
  /** How long the sender is left waiting for the host. */
  readonly verdictMs: number;
  /** Requests that wait for the host. */
  readonly maxWaiting: number;
}

/** Room for a few honest senders, and for none that is slow or large on purpose. */
export const inboundLimits: InboundLimits = {
  maxBodyBytes: 65_536,
  maxHeaderBytes: 8192,
  maxConnections: 64,
  headersMs: 5000,
  requestMs: 10_000,
  verdictMs: 25_000,
  maxWaiting: 100,
};
