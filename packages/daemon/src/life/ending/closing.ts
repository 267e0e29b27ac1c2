/** What was opened, to be closed in the opposite order. */
export interface Closing {
  push(what: string, close: () => Promise<unknown>): void;
  /** Closes everything, whatever fails on the way. Idempotent. */
  closeAll(onError: (error: unknown, doing: string) => void): Promise<void>;
}

/** An empty stack. */
export function closingStack(): Closing {
  const opened: { readonly what: string; readonly close: () => Promise<unknown> }[] = [];
  return {
    push: (what, close) => void opened.push({ what, close }),
    closeAll: async (onError) => {
      for (let last = opened.pop(); last !== undefined; last = opened.pop()) {
        const { what, close } = last;
        await close().catch((error: unknown) => onError(error, `closing the ${what}`));
      }
    },
  };
}
