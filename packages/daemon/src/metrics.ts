import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { TokenUsage } from "@fleetbus/core";
import { adapterMetrics, type AdapterMetrics } from "./adapter-metrics.ts";

/** What the daemon counts; `/metrics` prints it in Prometheus' text format. */
export interface Metrics {
  readonly registry: Registry;
  hook(event: string, ms: number): void;
  hookFailed(event: string): void;
  message(stage: string): void;
  wake(rung: string, result: string): void;
  /** Of a turn that a wake on this rung brought. */
  wakeTokens(rung: string, tokens: TokenUsage): void;
  readonly adapters: AdapterMetrics;
}

/** Numbers that are read at the moment of a scrape. */
export interface Gauges {
  sessions(): number;
  held(): number;
  spooled(): number;
}

/** The metrics of one daemon, in a registry of their own. */
export function metrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const hooks = new Histogram({
    name: "fleet_hook_duration_seconds",
    help: "Time from a hook's request to its answer",
    labelNames: ["event"],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1],
    registers,
  });
  const label = firstNames();
  const failures = new Counter({
    name: "fleet_hook_failures_total",
    help: "Hooks that could not be taken in",
    labelNames: ["event"],
    registers,
  });
  const messages = new Counter({
    name: "fleet_message_stages_total",
    help: "Stages that messages reached",
    labelNames: ["stage"],
    registers,
  });
  const wakes = new Counter({
    name: "fleet_wake_attempts_total",
    help: "Wake attempts",
    labelNames: ["rung", "result"],
    registers,
  });
  const tokens = new Counter({
    name: "fleet_wake_tokens_total",
    help: "Tokens of turns that fleet woke, where the CLI tells them; cached ones are part of input",
    labelNames: ["rung", "kind"],
    registers,
  });
  gauge(registry, { name: "fleet_sessions", help: "Live sessions of this machine", read: gauges.sessions });
  gauge(registry, {
    name: "fleet_held_messages",
    help: "Messages held for this machine's mailboxes",
    read: gauges.held,
  });
  gauge(registry, {
    name: "fleet_spool_pending",
    help: "Publications that the server has not acknowledged",
    read: gauges.spooled,
  });
  return {
    registry,
    hook: (event, ms) => hooks.observe({ event: label(event) }, ms / 1000),
    hookFailed: (event) => failures.inc({ event: label(event) }),
    message: (stage) => messages.inc({ stage }),
    wake: (rung, result) => wakes.inc({ rung, result }),
    wakeTokens: (rung, { input, cached, output }) => {
      for (const [kind, count] of Object.entries({ input, cached, output }))
        tokens.inc({ rung, kind }, count);
    },
    adapters: adapterMetrics(registry),
  };
}

/** More than the CLIs have events; each name that a caller makes up would be a series for ever. */
const maxLabels = 64;

function firstNames(): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.size < maxLabels && /^[A-Za-z]{1,32}$/.test(name)) known.add(name);
    return known.has(name) ? name : "other";
  };
}

interface GaugeSpec {
  readonly name: string;
  readonly help: string;
  read(): number;
}

function gauge(registry: Registry, { name, help, read }: GaugeSpec): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
