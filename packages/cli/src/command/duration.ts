import { FleetError } from "@fleetbus/core";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `10m`, `1h30m`; throws `usage` naming `what`. Zero is no length of time. */
export function readDuration(text: string, what: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)];
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join("") === text;
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ""] ?? 0), 0);
  if (isWhole && ms > 0 && Number.isSafeInteger(ms)) return ms;
  throw new FleetError("usage", `reading ${what}: "${text}" is not a duration such as 30s, 10m or 24h`);
}

/** A length of time for people: `4 ms`, `12.3 s`, `2 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m`;
  if (ms < 172_800_000) return `${Math.floor(ms / 3_600_000)} h`;
  return `${Math.floor(ms / 86_400_000)} d`;
}
