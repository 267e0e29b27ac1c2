/** Events that wait to be sent as one. */
export interface DigestWindow {
  /** When the first of them came. */
  readonly firstMs: number;
  readonly count: number;
}

/** A digest has no more events than this; with the last it goes at once. */
export const maxDigest = 100;

/** When a digest is sent: a window after its first event, or at once when it is full. */
export function digestDueAt({ firstMs, count }: DigestWindow, windowMs: number): number {
  return count >= maxDigest ? firstMs : firstMs + windowMs;
}
