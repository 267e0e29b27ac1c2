import type { BusSubject } from "./bus-conformance.ts";
import { fakeClock } from "./fake-clock.ts";
import { memoryBus, type MemoryBus } from "./memory-bus.ts";

/** The memory bus as the conformance suite takes it; `wrap` may break it. */
export function memorySubject(wrap: (bus: MemoryBus) => MemoryBus = (bus) => bus): BusSubject {
  return {
    name: "memoryBus",
    can: ["outage"],
    open: async () => {
      const clock = fakeClock();
      const first = memoryBus({ ns: "main", clock });
      const bus = wrap(first);
      return {
        bus,
        join: async () => wrap(first.join()),
        passTime: clock.advance,
        outage: {
          begin: async () => first.setConnected(false),
          end: async () => first.setConnected(true),
        },
        close: () => bus.close(),
      };
    },
  };
}
