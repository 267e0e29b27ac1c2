import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { usePromtool } from "../../support/promtool/promtool.ts";
import { eventually } from "../../support/tmux.ts";

const check = usePromtool();
const page = new URL("../../../docs/metrics.md", import.meta.url);
let fleet: Fleet;
let receiver: Receiver;
let agent: ScriptedAgent;
const answers = [503, 204, 410];

/** One metric as it is told of: its kind, its labels, what it says. */
interface Metric {
  readonly type: string;
  readonly help: string;
  readonly labels: ReadonlySet<string>;
}

beforeAll(async () => {
  receiver = await startReceiver(async () => answers.shift() ?? 204);
  const hook = { name: "hook", type: "webhook", url: "env:HOOK_URL", allow_private: [receiver.host] };
  const config = adapterEntry({ ...hook, on: ["turn.failed"], resolve: false, dedupe: "1ms" });
  fleet = await startFleet({ config, env: { HOOK_URL: receiver.url } });
  agent = await startScriptedAgent(fleet, "web");
});

afterAll(async () => {
  await agent?.close();
  await fleet?.close();
  await receiver?.close();
});

async function scrape(): Promise<string> {
  return (await fleet.api("GET", "/metrics")).text;
}

async function value(series: string): Promise<number> {
  const line = (await scrape()).split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}

async function fail(): Promise<void> {
  await agent.prompt("go on");
  await agent.hook("StopFailure", { error: "server_error", last_assistant_message: "so far" });
}

async function until(series: string, expected: number): Promise<void> {
  let last = Number.NaN;
  await eventually(
    async () => ((last = await value(series)) === expected ? true : undefined),
    () => `${series} to be ${expected}, not ${last}`,
    60_000,
  );
}

function metricsIn(text: string): ReadonlyMap<string, Metric> {
  const types = new Map(matches(text, /^# TYPE (\S+) (\S+)$/gm));
  const helps = matches(text, /^# HELP (\S+) (.+)$/gm);
  return new Map(
    helps.map(([name, help]) => {
      const type = types.get(name) ?? "";
      const series = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, "gm"))];
      const labels = series.flatMap(([, inner = ""]) => matches(inner, /(\w+)="((?:[^"\\]|\\.)*)"/g));
      return [
        name,
        { type, help, labels: new Set(labels.map(([label]) => label).filter((each) => each !== "le")) },
      ];
    }),
  );
}

function matches(text: string, pattern: RegExp): readonly (readonly [string, string])[] {
  return [...text.matchAll(pattern)].map(([, first = "", second = ""]) => [first, second]);
}

function rowsOf(markdown: string): ReadonlyMap<string, Metric> {
  const rows = markdown.split("\n").filter((line) => line.startsWith("| `fleet_"));
  return new Map(
    rows.map((row) => {
      const [name = "", type = "", labels = "", help = ""] = row
        .split("|")
        .slice(1)
        .map((cell) => cell.trim());
      const named = labels
        .split(",")
        .map((label) => label.replaceAll("`", "").trim())
        .filter(Boolean);
      return [name.replaceAll("`", ""), { type, help, labels: new Set(named) }];
    }),
  );
}

describe("the daemon's metrics", () => {
  test("count what becomes of an adapter's sends: tried again, delivered, dead", async () => {
    const hook = 'adapter="hook",type="webhook"';
    await until(`fleet_adapter_up{${hook}}`, 1);
    await fail();
    await until(`fleet_adapter_sends_total{${hook},outcome="retry"}`, 1);
    await until(`fleet_adapter_sends_total{${hook},outcome="delivered"}`, 1);
    await fail();
    await until(`fleet_adapter_sends_total{${hook},outcome="refused"}`, 1);
    await until(`fleet_adapter_dead_letters_total{${hook}}`, 1);
    expect(await value(`fleet_adapter_send_duration_seconds_count{${hook}}`)).toBe(3);
    await until(`fleet_adapter_paused{${hook}}`, 1); // HTTP 410: nothing is to be sent there any more
    expect(await value(`fleet_adapter_breaker_open{${hook}}`)).toBe(0);
    expect(await value(`fleet_adapter_held_deliveries{${hook}}`)).toBe(0);
  });

  test("are what promtool takes for well-formed and well-named", async () => {
    await fleetCommand(fleet, ["pub", "web", "hello"]);
    const text = await scrape();
    expect(text).toContain("fleet_hook_duration_seconds_bucket");
    expect(await check(text)).toBe("");
    expect(await check(text.replaceAll("fleet_adapter_sends_total", "fleet_adapter_sends"))).toMatch(
      /_total/,
    );
    expect(await check(text.replace(/^# HELP fleet_adapter_up .*\n/m, ""))).toMatch(/fleet_adapter_up.*help/);
    expect(await check('a_counter{x="1} 2\n')).not.toBe("");
  });

  test("are those of docs/metrics.md, with their kinds, labels and words", async () => {
    const [real, told] = [metricsIn(await scrape()), rowsOf(await readFile(page, "utf8"))];
    expect([...told.keys()].toSorted()).toEqual([...real.keys()].toSorted());
    for (const [name, { type, help, labels }] of real) {
      expect(told.get(name), name).toMatchObject({ type, help });
      expect(
        [...labels].filter((label) => told.get(name)?.labels.has(label) !== true),
        name,
      ).toEqual([]);
    }
    const shown = [...real].filter(
      ([name, { labels }]) => labels.size > 0 && name.startsWith("fleet_adapter_"),
    );
    expect(shown).toHaveLength(8);
    for (const [name, { labels }] of shown) expect(told.get(name)?.labels, name).toEqual(labels);
  });
});
