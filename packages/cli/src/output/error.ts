import { sanitise, type FleetError } from "@fleetbus/core";
import { lineOf } from "./line.ts";

/** An error for stderr: what went wrong, the mailboxes it could have been, and with `FLEET_DEBUG` the stack. */
export function renderError(error: FleetError, options: { readonly isVerbose: boolean }): string {
  const lines = [`fleet: ${sanitise(error.message)}`, ...candidateLines(error.details["candidates"])];
  if (options.isVerbose) lines.push(...stacks(error));
  return `${lines.join("\n")}\n`;
}

const maxCandidates = 20;

function candidateLines(candidates: unknown): readonly string[] {
  if (!Array.isArray(candidates) || candidates.length === 0) return [];
  const shown = candidates.slice(0, maxCandidates).map((candidate) => `  ${lineOf(factsOf(candidate))}`);
  const more = candidates.length - shown.length;
  return more > 0 ? [...shown, `  … and ${more} more`] : shown;
}

/** A candidate is an address, or an object with its address, state and folder (core/names/target-errors.ts). */
function factsOf(candidate: unknown): readonly string[] {
  if (typeof candidate !== "object" || candidate === null) return [String(candidate)];
  return ["address", "state", "cwd"].flatMap((key) =>
    key in candidate ? [String(Reflect.get(candidate, key))] : [],
  );
}

function stacks(error: Error): readonly string[] {
  const cause = error.cause instanceof Error ? stacks(error.cause) : [];
  return [error.stack ?? error.message, ...cause];
}
