import { isSameAddress, supervisorOf, type SessionRecord } from "@fleetbus/core";

/** More levels of supervision than anybody builds. */
const maxLevels = 64;

/** Whether a session is, over its supervisors, a supervisor of itself: two that supervise each other, or a longer ring. */
export function isInRing(child: SessionRecord, sessions: readonly SessionRecord[]): boolean {
  const self = { machine: child.machine, session: child.name };
  let at: SessionRecord | undefined = child;
  for (let level = 0; at !== undefined && level < maxLevels; level += 1) {
    const above = supervisorOf(at, { sessions });
    if (above === undefined) return false;
    if (isSameAddress(above, self)) return true;
    at = sessions.find(({ machine, name }) => isSameAddress({ machine, session: name }, above));
  }
  return false;
}
