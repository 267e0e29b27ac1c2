import type { SessionRecord } from "@fleetbus/core";

/** Why no rung wakes a session though it seems idle: its hooks are silent, so nothing proves that it is. */
export function silenceOf(record: SessionRecord | undefined): string | undefined {
  return record?.drift === undefined
    ? undefined
    : `its hooks are silent (${record.drift}): restart it, or see /hooks in it`;
}

/** What its senders are told where no rung was open. */
export function noWay(record: SessionRecord | undefined): string {
  const silence = silenceOf(record);
  return `there is no way to wake it${silence === undefined ? "" : `: ${silence}`}`;
}
