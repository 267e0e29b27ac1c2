import { FleetError } from "@fleetbus/core";

/** Something to do at the end, and how long it may take. */
export interface EndStep {
  readonly doing: string;
  readonly withinMs: number;
  work(): Promise<unknown>;
}

/**
 * Does it; what fails or hangs is told, and the end goes on: a daemon that was told to stop must not stay for the sake of
 * one part. Never rejects. What hangs may still go on when this resolves.
 */
export async function endStep(
  step: EndStep,
  onError: (error: unknown, doing: string) => void,
): Promise<void> {
  const { doing, withinMs } = step;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new FleetError(
      "pending",
      `${doing}: no end within ${withinMs} ms; the daemon ends all the same`,
    );
    timer = setTimeout(() => reject(error), withinMs);
  });
  try {
    await Promise.race([step.work(), late]);
  } catch (error) {
    onError(error, doing);
  } finally {
    clearTimeout(timer);
  }
}
