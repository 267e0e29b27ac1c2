/** One step of a start, for who waits for it. */
export interface StageReport {
  readonly stage: string;
  /** `start`, `done`, `skipped` or `failed`. */
  readonly state: string;
  readonly detail: string;
}

/** Told of each step as it happens. Never throws. */
export type ReportStage = (report: StageReport) => void;
