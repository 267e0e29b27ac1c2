import type { TextTraits } from "@fleetbus/core";

/** What stands in the environment, where Linux takes 128 KiB a variable. The event on stdin is whole. */
export const execText: TextTraits = {
  maxTitle: 200,
  maxText: 20_000,
  unit: "characters",
  overflow: ["truncate"],
  escape: (value) => value,
};
