import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { adapterMetrics } from "./adapter-metrics.ts";

test("of more names than anybody has adapters the rest is one series", async () => {
  const registry = new Registry();
  const { send } = adapterMetrics(registry);
  for (let n = 0; n < 200; n += 1) send({ name: `hook${n}`, type: "webhook" }, "delivered", 0.1);
  const text = await registry.metrics();
  const series = text.split("\n").filter((line) => line.startsWith("fleet_adapter_sends_total{"));
  expect(series).toHaveLength(65);
  expect(series).toContain('fleet_adapter_sends_total{adapter="other",type="other",outcome="delivered"} 136');
});

test("an adapter that is not in the config any more has no state", async () => {
  const registry = new Registry();
  const view = { name: "hook", type: "webhook", on: [], runs: "one", state: "connected" } as const;
  const counts = { sent: 0, failed: 0, skipped: 0, held: 3, waiting: 0, breaker: "open" } as const;
  let views = [{ ...view, ...counts }];
  adapterMetrics(registry).watch(() => views);
  const held = 'fleet_adapter_held_deliveries{adapter="hook",type="webhook"} 3';
  expect(await registry.metrics()).toContain(held);
  expect(await registry.metrics()).toContain('fleet_adapter_breaker_open{adapter="hook",type="webhook"} 1');
  views = [];
  expect(await registry.metrics()).not.toContain('adapter="hook"');
});
