import type { FleetConfig, Message } from "@fleetbus/core";

/**
 * Why a message that was stored for a mailbox of `machine` is not let in, by `policy.other_machines`; undefined where it
 * is. Answers from another machine are messages like any other.
 */
export function refusalBy(
  policyNow: () => Pick<FleetConfig["policy"], "other_machines">,
  machine: string,
): (message: Message) => string | undefined {
  return ({ from }) =>
    policyNow().other_machines === "refuse" && from.machine !== machine
      ? `${machine} takes no messages from other machines (policy.other_machines)`
      : undefined;
}
