import { builtInAdapters } from "@fleetbus/adapters";
import type { AdapterSpec } from "@fleetbus/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { channelTypes, startChannel, type FarChannel } from "../../support/far/channels.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { eventually } from "../../support/tmux.ts";

const lines = "the first line\n<b>&*_[x](y) @everyone <!channel> `code`\n";
/** Longer than most channels take, shorter than a few do. */
const lastText = `${lines}${"and so on, ".repeat(500)}the end`;
const template = [
  '[adapter.template."turn.failed"]',
  'title = "{{session}} broke"',
  'text = "{{error}}: {{lastText}}"',
] as const;

const shownSchema = z.object({
  last: z.array(
    z.looseObject({
      ...{ kind: z.string(), session: z.string(), state: z.string(), tries: z.number() },
      providerId: z.string().optional(),
    }),
  ),
});
const consumersSchema = z.object({
  items: z.array(z.looseObject({ name: z.string(), pending: z.number(), ackPending: z.number() })),
});

/** All but the rungs of the wake ladder, which reach sessions and no person, and what only listens. */
const specs = builtInAdapters
  .map(({ spec }) => spec)
  .filter(({ type }) => type !== "inbound")
  .filter(({ on = [] }) => !on.some((kind) => kind.startsWith("wake.")));
const registered = specs.map(({ type }) => type).toSorted();

let channels: readonly FarChannel[];
let fleet: Fleet;
const agents: ScriptedAgent[] = [];

beforeAll(async () => {
  channels = await Promise.all(registered.filter((type) => channelTypes.includes(type)).map(startChannel));
  const fixed = { on: ["turn.failed"], resolve: false };
  const config = channels.map(({ type, keys }) =>
    adapterEntry({ name: type, ...keys, ...fixed }, ...template),
  );
  const env = Object.assign({}, ...channels.map((channel) => channel.env));
  fleet = await startFleet({ config: ["[events]\nbodies = true\n", ...config].join("\n"), env });
  await until("all adapters to listen", async () => (await consumers()).length === channels.length);
});

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  await fleet.close();
  await Promise.all(channels.map((channel) => channel.close()));
});

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  await eventually(
    async () => ((await is()) ? true : undefined),
    () => what,
    60_000,
  );
}

async function consumers() {
  const { items } = consumersSchema.parse((await fleet.api("GET", "/v1/consumers")).json);
  return items.filter(({ name }) => registered.some((type) => name.endsWith(`=${type}`)));
}

/** A turn of a session that ends by a failure; resolves when every channel is done with it. */
async function fail(name: string): Promise<void> {
  const agent = await startScriptedAgent(fleet, name);
  agents.push(agent);
  await agent.prompt("go on");
  await agent.hook("StopFailure", { error: "server_error", last_assistant_message: lastText });
  const missing = async () => {
    const each = await Promise.all(channels.map(async (one) => ({ one, has: await tellsOf(one, name) })));
    return each.filter(({ has }) => has === 0).map(({ one }) => one.type);
  };
  let last: readonly string[] = [];
  await eventually(
    async () => ((last = await missing()).length === 0 ? true : undefined),
    () => `${last.join(", ")} to hear of ${name}`,
    60_000,
  );
  await until("all to be acknowledged", async () =>
    (await consumers()).every(({ pending, ackPending }) => pending + ackPending === 0),
  );
}

/** How often a channel was told of a session. */
async function tellsOf(channel: FarChannel, session: string): Promise<number> {
  const told = await channel.told();
  if (specOf(channel).text !== undefined)
    return told.filter(({ title, text }) => `${title} ${text}`.includes(`${session} broke`)).length;
  const sources = (await channel.sources?.()) ?? [];
  return sources.filter((source) => source === `/fleet/main/lab/${session}`).length;
}

function specOf({ type }: FarChannel): AdapterSpec<unknown> {
  const spec = specs.find((each) => each.type === type);
  if (spec === undefined) throw new Error(`there is no ${type}`);
  return spec;
}

async function shown(name: string) {
  const result = await fleetCommand(fleet, ["adapter", "show", name, "--json"]);
  return shownSchema.parse(result.json()).last;
}

describe("with every channel that there is, each against its strict far side", () => {
  test("none is left out", () => {
    expect(channels.map(({ type }) => type)).toEqual(registered);
    expect(registered).toHaveLength(14);
  });

  test("one failed turn reaches each once, at the first try", async () => {
    await fail("web");
    const tells = await Promise.all(
      channels.map(async (one) => [one.type, await tellsOf(one, "web"), one.refused()]),
    );
    expect(tells).toEqual(registered.map((type) => [type, 1, 0]));
  });

  test("[row 142] each says what its template says, in its own markup, within its limits", async () => {
    for (const channel of channels) {
      const [told] = await channel.told();
      const { text: traits } = specOf(channel);
      if (traits === undefined) {
        expect(told?.text, channel.type).toBe(lastText); // the event itself, for programs
        continue;
      }
      const { title = "", text = "" } = told ?? {};
      const size = traits.unit === "bytes" ? Buffer.byteLength(text) : Array.from(text).length;
      expect(title === "" ? text : title, channel.type).toMatch(/^web broke/);
      expect(text, channel.type).toContain(traits.escape("server_error: the first line"));
      expect(text, channel.type).toContain(traits.escape("<b>&*_[x](y) @everyone <!channel> `code`"));
      expect(size, channel.type).toBeLessThanOrEqual(traits.maxText);
      expect(text.includes("the end"), channel.type).toBe(traits.maxText > lastText.length + 20);
    }
  });

  test("fleet adapter show has one record of it each, with the far side's own id", async () => {
    for (const { type, providerId } of channels) {
      const records = await shown(type);
      expect(records, type).toMatchObject([
        { kind: "turn.failed", session: "lab/web", state: "done", tries: 1 },
      ]);
      if (providerId === undefined) expect(records[0]?.providerId, type).toBeUndefined();
      else expect(records[0]?.providerId, type).toMatch(providerId);
    }
  });

  test("a daemon that was killed and started anew sends nothing of it again", async () => {
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    await fail("api");
    for (const channel of channels) {
      expect([await tellsOf(channel, "web"), await tellsOf(channel, "api")], channel.type).toEqual([1, 1]);
      expect((await shown(channel.type)).map(({ session }) => session)).toEqual(["lab/api", "lab/web"]);
    }
  });
});
