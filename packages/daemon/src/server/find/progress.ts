/** The ways to a server, in the order in which they are tried (NATS.md, "Getting a server"). */
export type FindStep = "path" | "installed" | "archive" | "package";

/** One line of what happens; each step ends in exactly one of done, skipped and failed. */
export interface FindProgress {
  readonly step: FindStep;
  /** For people: what is tried, what was found, or why not. */
  readonly detail: string;
  readonly state: "start" | "done" | "skipped" | "failed";
}

/** Told of each step as it happens. Must not throw. */
export type ReportProgress = (progress: FindProgress) => void;

/** A nats-server that runs on this machine and is new enough. */
export interface FoundServer {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  readonly from: FindStep;
}

/** How a step ended without a server: it does not apply here, or it was tried and did not work. */
export interface StepMiss {
  readonly state: "skipped" | "failed";
  readonly detail: string;
}

/** What a step gives. */
export type StepResult = FoundServer | StepMiss;

/** Whether a step gave a server. */
export function isFound(result: StepResult): result is FoundServer {
  return "path" in result;
}
