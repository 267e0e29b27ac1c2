export {
  busCases,
  busConformance,
  runBusCase,
  type BusCase,
  type BusHarness,
  type BusSubject,
  type TestRunner,
} from "./bus-conformance.ts";
export { fakeClock, type FakeClock } from "./fake-clock.ts";
export { memoryBus, type MemoryBus } from "./memory-bus.ts";
