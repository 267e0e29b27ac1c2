/** How a server that dies is started again. */
export interface RestartPolicy {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A run that answered for this long was no crash. */
  readonly stableMs: number;
  /** Crashes in a row after which it is given up. */
  readonly maxCrashes: number;
}

/** At once the first time; a crash loop ends after about 13 s. */
export const defaultRestartPolicy: RestartPolicy = {
  firstDelayMs: 50,
  maxDelayMs: 5000,
  stableMs: 1000,
  maxCrashes: 8,
};

/** How long to wait before the start that follows `crashes` crashes in a row; undefined when it is enough. */
export function restartDelayMs(policy: RestartPolicy, crashes: number): number | undefined {
  if (crashes >= policy.maxCrashes) return undefined;
  return Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** crashes);
}
