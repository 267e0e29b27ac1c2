import type { AdapterView } from "@fleetbus/core/api";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What became of one send: the far side has it, it chose not to act, it is tried again, or it never will be. */
export type SendOutcome = "delivered" | "skipped" | "retry" | "refused";

/** Which adapter it was: its name in the config, and its type. */
export interface MeteredAdapter {
  readonly name: string;
  readonly type: string;
}

/** What the host counts of its adapters. */
export interface AdapterMeter {
  send(adapter: MeteredAdapter, outcome: SendOutcome, seconds: number): void;
  /** An event ended in the dead letters. */
  dead(adapter: MeteredAdapter): void;
}

/** The numbers of adapters, and how they are as it is read at the moment of a scrape. */
export interface AdapterMetrics extends AdapterMeter {
  watch(read: () => readonly AdapterView[]): void;
}

/** Config files change, and a series is for ever: of more names than anybody has adapters the rest is one. */
const maxNames = 64;
const labelNames = ["adapter", "type"];

const gauges: readonly {
  readonly name: string;
  readonly help: string;
  of(view: AdapterView): number;
}[] = [
  {
    name: "fleet_adapter_up",
    help: "1 while the adapter is connected and its last send did not fail",
    of: ({ state }) => Number(state === "connected"),
  },
  {
    name: "fleet_adapter_paused",
    help: "1 while somebody has paused it",
    of: ({ paused }) => Number(paused !== undefined),
  },
  {
    name: "fleet_adapter_breaker_open",
    help: "1 while its far side is given a rest after failures in a row",
    of: ({ breaker }) => Number(breaker !== "closed"),
  },
  {
    name: "fleet_adapter_held_deliveries",
    help: "Deliveries held at the server for quiet hours, a daily cap or a next try",
    of: ({ held }) => held,
  },
  {
    name: "fleet_adapter_waiting_deliveries",
    help: "Deliveries in hand that wait for a rate, a breaker or a digest",
    of: ({ waiting }) => waiting,
  },
];

/** Registers them. */
export function adapterMetrics(registry: Registry): AdapterMetrics {
  const registers = [registry];
  const labels = boundedLabels();
  const sends = new Counter({
    name: "fleet_adapter_sends_total",
    help: "Sends by what became of them: delivered, skipped, retry, refused",
    labelNames: [...labelNames, "outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "fleet_adapter_send_duration_seconds",
    help: "Time from a send's begin to the far side's answer",
    labelNames,
    buckets: [0.01, 0.05, 0.2, 1, 5, 30, 120],
    registers,
  });
  const dead = new Counter({
    name: "fleet_adapter_dead_letters_total",
    help: "Events that ended in the dead letters",
    labelNames,
    registers,
  });
  return {
    send: (adapter, outcome, seconds) => {
      sends.inc({ ...labels(adapter), outcome });
      durations.observe(labels(adapter), seconds);
    },
    dead: (adapter) => dead.inc(labels(adapter)),
    watch: (read) => watch(registry, labels, read),
  };
}

type Labels = (adapter: MeteredAdapter) => { readonly adapter: string; readonly type: string };

/** An adapter that is not in the config any more has no state: its series end. */
function watch(registry: Registry, labels: Labels, read: () => readonly AdapterView[]): void {
  for (const { name, help, of } of gauges)
    new Gauge({
      ...{ name, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        for (const view of read()) this.set(labels(view), of(view));
      },
    });
}

function boundedLabels(): Labels {
  const known = new Set<string>();
  return ({ name, type }) => {
    if (known.size < maxNames) known.add(`${name} ${type}`);
    return known.has(`${name} ${type}`) ? { adapter: name, type } : { adapter: "other", type: "other" };
  };
}
