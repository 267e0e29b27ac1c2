import { isDeepStrictEqual } from "node:util";
import {
  FleetError,
  messageOf,
  toFleetError,
  type Adapter,
  type AdapterConfig,
  type AdapterLog,
  type Clock,
  type FleetEvent,
  type RouteFacts,
  type SendReceipt,
} from "@fleetbus/core";
import type { AdapterSendView, AdapterView, RouteView } from "@fleetbus/core/api";
import type { Bus, Delivery, Incoming } from "@fleetbus/core/bus";
import type { QuietHours } from "./course/judge.ts";
import type { AdapterMeter } from "../adapter-metrics.ts";
import type { Notified, NotifyHow } from "./notify.ts";
import type { Renderer } from "./render.ts";
import type { RunLogs } from "./run-log/run-logs.ts";
import { keptBy, retire } from "./retire.ts";
import { routeView, runningOf, type Running, type RunningDeps } from "./running.ts";
import { quotasOf } from "./effects/quotas.ts";
import type { ReplyHost } from "./source/hearing.ts";
import { setQuota } from "./source/set-quota.ts";
import { brokenView, noticeView, quotaView } from "./view.ts";

/** One adapter as the machine's config names it. */
export interface HostEntry {
  readonly entry: AdapterConfig;
  readonly adapter: Adapter;
  /** The adapter's own keys, secrets revealed, parsed by its schema. */
  readonly config: unknown;
}

/** One that cannot be started, and why. */
export interface BrokenEntry {
  readonly entry: AdapterConfig;
  readonly error: FleetError;
}

/** What the host is to run. */
export interface Wanted {
  readonly entries: readonly (HostEntry | BrokenEntry)[];
  readonly me: QuietHours;
}

/** What the host lends its adapters, and tells the daemon. */
export interface HostDeps {
  readonly bus: Bus;
  readonly machine: string;
  readonly clock: Clock;
  log(name: string): AdapterLog;
  decodeEvent(incoming: Incoming): FleetEvent;
  bury(consumer: string, delivery: Delivery, reason: string): Promise<void>;
  stillWanted(nonce: string): boolean;
  /** What is known of the session that an event is about. */
  facts(event: FleetEvent): RouteFacts;
  onResult(event: FleetEvent, result: SendReceipt | FleetError): void;
  /** Tells the fleet, as an event of this daemon. Never throws. */
  announce(kind: string, data: Readonly<Record<string, unknown>>): void;
  /** Full logs of runs, for channels that take files. */
  readonly runLogs?: RunLogs;
  /** What comes back is stored by it; nothing comes back where absent. */
  readonly replies?: ReplyHost;
  /** Counts what they send. */
  readonly meter?: AdapterMeter;
  /** The rest is for tests. */
  readonly render?: Renderer;
  readonly sendTimeoutMs?: number;
  readonly stopWithinMs?: number;
  random?(): number;
}

/**
 * Runs a machine's adapters, each on durable consumers of its own (DESIGN §7). A failing one delays no other. All that
 * takes a name rejects with `not_found` and the names there are.
 */
export interface AdapterHost {
  /** Brings what runs to what is wanted: what has not changed goes on undisturbed. Resolves when the rest has. */
  apply(wanted: Wanted): Promise<void>;
  views(): readonly AdapterView[];
  /** With what waits at the server and the newest deliveries. */
  show(name: string): Promise<AdapterView>;
  /** On all machines that share it, and until it is resumed. */
  pause(name: string, reason: string): Promise<AdapterView>;
  resume(name: string): Promise<AdapterView>;
  /** One send outside of the stream: no route, rate, quiet hours or repetition. A dry run only renders. */
  send(name: string, event: FleetEvent, how?: { readonly isDryRun?: boolean }): Promise<AdapterSendView>;
  /** As `send`. */
  test(name: string, event: FleetEvent): Promise<SendReceipt>;
  /** One event for one adapter, once per event id, as if its route had brought it (host/notify.ts). */
  notify(name: string, event: FleetEvent, how: NotifyHow): Promise<Notified>;
  /** What each would do with an event now. Rejects with `unavailable`. */
  explain(event: FleetEvent): Promise<readonly RouteView[]>;
  /** A changed config that cannot be read: what runs goes on as it was, and the fleet is told. */
  refused(file: string, error: FleetError): void;
  /** Why the config file as it is now is not in force; undefined where it is. */
  problem(): string | undefined;
  close(): Promise<void>;
}

/** The host of one daemon; nothing runs yet. */
export function adapterHost(deps: HostDeps): AdapterHost {
  const running = new Map<string, Running>();
  const broken = new Map<string, BrokenEntry>();
  let me: QuietHours = {};
  let problem: string | undefined;
  let applying: Promise<void> = Promise.resolve();
  const stop = async (names: readonly string[]) => {
    await Promise.all(
      names.map(async (name) => {
        const one = running.get(name);
        running.delete(name);
        await one?.stop();
      }),
    );
  };
  const quotas = quotasOf({ clock: deps.clock, bucket: () => deps.bus.bucket("effects") });
  const names = () => [...running.keys(), ...broken.keys()];
  const reconsider = async (name: string) =>
    running
      .get(name)
      ?.instance.reconsider()
      .catch(() => undefined); // away: looked at when it is due
  const lent: Omit<RunningDeps, "isChanged"> = {
    me: () => me,
    quotaOf: async (name) => (await quotas.find(name))?.daily,
    setQuota: (said, by) => setQuota({ quotas, clock: deps.clock, names, reconsider }, said, by),
  };
  const start = (wanted: HostEntry, isChanged: boolean) => {
    try {
      const one = runningOf(deps, wanted, { ...lent, isChanged });
      running.set(wanted.entry.name, one);
      one.start();
    } catch (error) {
      // One that cannot be made is shown as failing, and keeps no other from starting.
      broken.set(wanted.entry.name, { entry: wanted.entry, error: toFleetError(error) });
    }
  };
  const apply = async (wanted: Wanted) => {
    const isOtherMe = !isDeepStrictEqual([me.zone, me.quiet], [wanted.me.zone, wanted.me.quiet]);
    me = wanted.me;
    problem = undefined;
    broken.clear();
    const entries = new Map(wanted.entries.map((each) => [each.entry.name, each]));
    const gone = new Set(
      [...running].filter(([name, one]) => !isSame(one.wanted, entries.get(name))).map(([name]) => name),
    );
    await stop([...gone]);
    const kept = [...running.values()];
    for (const [name, each] of entries) {
      if ("error" in each) broken.set(name, each);
      else if (!running.has(name)) start(each, gone.has(name));
    }
    await retire(deps, keptBy(running, broken.keys(), deps.machine)).catch((error: unknown) =>
      deps.log("host").warn({ error: messageOf(error) }, "adapters that were removed keep their consumers"),
    );
    if (isOtherMe) await Promise.all(kept.map(({ instance }) => instance.reconsider()));
  };
  const find = (name: string, doing: string): Running => {
    const one = running.get(name);
    if (one !== undefined) return one;
    const why = broken.get(name)?.error;
    if (why !== undefined) throw why;
    const known = names();
    throw new FleetError("not_found", `${doing} adapter "${name}": there are ${known.join(", ")}`, {
      details: { known },
    });
  };
  const findSink = (name: string, doing: string) => {
    const { instance, isSourceOnly } = find(name, doing);
    if (!isSourceOnly) return instance;
    const way = `it only listens and sends nothing; fleet adapter show ${name} says what came in`;
    throw new FleetError("usage", `${doing} adapter "${name}": ${way}`);
  };
  const send: AdapterHost["send"] = async (name, event, how = {}) => {
    const instance = findSink(name, "testing");
    const notices = instance.render(event).map(noticeView);
    return how.isDryRun === true ? { notices } : { notices, receipt: await instance.send(event) };
  };
  return {
    apply: (wanted) => {
      applying = applying.catch(() => undefined).then(() => apply(wanted)); // told to who asked for it
      return applying;
    },
    views: () => [
      ...[...running.values()].map((one) => one.viewed(one.instance.view())),
      ...[...broken.values()].map(brokenView),
    ],
    show: async (name) => {
      const one = find(name, "showing");
      const view = one.viewed(await one.instance.show(shownDeliveries));
      return { ...view, ...quotaView(await quotas.find(name)) };
    },
    pause: async (name, reason) => {
      const { instance, ear, viewed } = find(name, "pausing");
      const pausing = instance.pause(reason);
      ear?.look();
      await pausing;
      return viewed(instance.view());
    },
    resume: async (name) => {
      const { instance, ear, viewed } = find(name, "resuming");
      await instance.resume();
      ear?.look();
      return viewed(instance.view());
    },
    send,
    test: async (name, event) => (await send(name, event)).receipt ?? {},
    notify: async (name, event, how) => findSink(name, "notifying by").notify(event, how),
    explain: (event) => Promise.all([...running.values()].map((one) => routeView(one, event))),
    refused: (file, error) => {
      problem = error.message;
      deps.announce("daemon.config-refused", { file, error: error.message });
    },
    problem: () => problem,
    close: async () => {
      await applying.catch(() => undefined); // told to who asked for it
      await stop([...running.keys()]);
    },
  };
}

const shownDeliveries = 20;

function isSame(one: HostEntry, other: HostEntry | BrokenEntry | undefined): boolean {
  if (other === undefined || "error" in other) return false;
  // The adapter itself may be made anew for its config (open-entry.ts); its entry names it.
  return isDeepStrictEqual([one.entry, one.config], [other.entry, other.config]);
}
