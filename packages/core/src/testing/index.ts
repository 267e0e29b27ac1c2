export {
  adapterCases,
  adapterConformance,
  runAdapterCase,
  type AdapterCase,
  type AdapterConformance,
  type AdapterHarness,
  type AdapterSubject,
  type Arrival,
  type FarSide,
} from "./adapter-conformance.ts";
export { spokenText, testContext } from "./adapter-conformance/case.ts";
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
