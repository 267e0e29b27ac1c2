import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { registryPage } from "../../support/generate-registry.mjs";
import { root } from "../../support/tree.ts";
import { eventually } from "../../support/tmux.ts";
import { publishEvent } from "./publish.ts";
import { show, until, useConfig } from "./watching.ts";

const fixture = fileURLToPath(new URL("fixture-channel/pager", import.meta.url));

let source: string;
let registry: string;
let receiver: Receiver;
let fleet: Fleet;
let connection: NatsConnection;

beforeAll(async () => {
  source = await mkdtemp(join(tmpdir(), "fleet-adapters-"));
  await cp(join(root, "packages/adapters/src"), source, { recursive: true });
  await cp(fixture, join(source, "pager"), { recursive: true });
  registry = (await registryPage(source)).text;
  await writeFile(join(source, "registry.ts"), registry);
  receiver = await startReceiver();
  const alias = { "@fleetbus/adapters": join(source, "index.ts") };
  fleet = await startFleet({ config: "", alias, env: { PAGER_KEY: "right" } });
  connection = await connectAsChecker(await fleet.hub());
});

afterAll(async () => {
  await connection.close();
  await fleet.close();
  await receiver.close();
  await rm(source, { recursive: true });
});

const keysOf = () => ({
  ...{ server: new URL(receiver.url).origin, number: "4711", key: "env:PAGER_KEY" },
  ...{ allow_private: [receiver.host], resolve: false },
});

const listSchema = z.object({
  items: z.array(z.looseObject({ name: z.string(), lastError: z.string().default("") })),
});

async function problemOf(adapter: string): Promise<string> {
  const { items } = listSchema.parse((await fleetCommand(fleet, ["adapter", "list", "--json"])).json());
  return items.find(({ name }) => name === adapter)?.lastError ?? "";
}

async function validate(text: string) {
  const file = join(fleet.home, "other.toml");
  await writeFile(file, text);
  return fleetCommand(fleet, ["config", "validate", file]);
}

async function schema(): Promise<string> {
  return (await fleetCommand(fleet, ["adapter", "schema", "pager"])).stdout;
}

describe("a channel that is added", () => {
  test("takes one folder: the generated registry is all that changes beside it", async () => {
    const before = await readFile(join(root, "packages/adapters/src/registry.ts"), "utf8");
    const known = new Set(before.split("\n"));
    const more = registry.split("\n").filter((line) => !known.has(line));
    expect(more).toEqual(['import { pager } from "./pager/adapter.ts";', "  pager,"]);
  });

  test("[row 140] is known to the daemon: it sends, within its limits, in its own markup, and its receipt is kept", async () => {
    await useConfig(fleet, adapterEntry({ name: "beeper", type: "pager", ...keysOf() }), ["beeper"]);
    const data = { cli: "claude", error: `#1 ${"of many ".repeat(50)}` };
    await publishEvent(connection, { id: "p1", kind: "turn.failed", data });
    await until("the call", () => receiver.done.has("p1"));
    const text = receiver.done.get("p1") ?? "";
    expect(text).toMatch(/^lab\/web failed\nno\.1 of many/);
    expect(text.length).toBeLessThanOrEqual(80);
    await until("its record", async () => (await show(fleet, "beeper")).last[0]?.state === "done");
    expect((await show(fleet, "beeper")).last).toMatchObject([{ providerId: "call-p1", tries: 1 }]);
  });

  test("is known to the command line: its keys, its URL, its schema", async () => {
    const wrong = adapterEntry({ name: "beeper", type: "pager", ...keysOf(), numbr: "4711" });
    expect((await validate(wrong)).stderr).toContain(
      "9:1 adapter[0].numbr: unknown key; did you mean number?",
    );
    const short = '[[adapter]]\nname = "b"\nurl = "pager://key@pager.example/47x11"\n';
    expect((await validate(short)).stderr).toContain("number: digits");
    expect(await schema()).toContain("Whose pager it is.");
  });
});

describe("an adapter of somebody's own, by its path", () => {
  beforeAll(async () => {
    await build({
      entryPoints: [join(fixture, "adapter.ts")],
      outfile: join(fleet.home, "beeper.mjs"),
      ...{ bundle: true, format: "esm", platform: "node", target: "node20" },
      ...{ conditions: ["fleetbus-source"], absWorkingDir: root, logLevel: "warning" },
    });
  });

  test("is loaded and sends", async () => {
    await useConfig(fleet, adapterEntry({ name: "own", type: "./beeper.mjs", ...keysOf() }), ["own"]);
    const from = { machine: "lab", session: "api" };
    await publishEvent(connection, { id: "p2", from, kind: "turn.failed", data: { cli: "claude" } });
    await until("the call", () => receiver.done.has("p2"));
  });

  test.each([
    [{ number: "12x" }, "number: digits"],
    [{ numbr: "12" }, "numbr: unknown key; did you mean number?"],
    [{ key: "env:NOT_THERE" }, "reading secret env:NOT_THERE: it is not set"],
    [{ type: "./nobody.mjs" }, 'loading adapter "./nobody.mjs"'],
  ])("%j is told of it by its own schema, and stops no other", async (wrong, words) => {
    const broken = adapterEntry({ name: "own", type: "./beeper.mjs", ...keysOf(), ...wrong });
    const good = adapterEntry({ name: "beeper", type: "pager", ...keysOf() });
    await useConfig(fleet, `${broken}\n${good}`, ["beeper"]);
    let told = "";
    await eventually(
      async () => ((told = await problemOf("own")).includes(words) ? true : undefined),
      () => `${words}; it says ${told}`,
    );
    expect((await show(fleet, "beeper")).state).toBe("connected");
  });
});
