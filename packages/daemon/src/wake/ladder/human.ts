import { builtInAdapters } from "@fleetbus/adapters";
import type { FleetConfig } from "@fleetbus/core";

/** By which adapters the human is told of a session that nothing can wake; none where they asked not to be. */
export interface HumanRungs {
  /** On this machine. */
  readonly toast: readonly string[];
  /** Wherever they are. */
  readonly phone: readonly string[];
  readonly isOn: boolean;
}

/** As the config says: `me.via`, by each adapter's traits, and `wake.tell_me`. */
export function humanRungs({ me, adapter, wake }: Pick<FleetConfig, "me" | "adapter" | "wake">): HumanRungs {
  const named = me.via.filter((name) => adapter.find((entry) => entry.name === name)?.enabled !== false);
  const isLocal = (name: string) => {
    const type = adapter.find((entry) => entry.name === name)?.type ?? name;
    return builtInAdapters.some(({ spec }) => spec.type === type && spec.traits.isLocal === true);
  };
  const toast = named.filter(isLocal);
  return { toast, phone: named.filter((name) => !toast.includes(name)), isOn: wake.tell_me };
}
