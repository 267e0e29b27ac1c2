export { fakeClock, type FakeClock } from "./fake-clock.ts";
export { memoryBus, type MemoryBus } from "./memory-bus.ts";
