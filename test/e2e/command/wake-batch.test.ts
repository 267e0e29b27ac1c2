import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { noGuards, startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;

const config = (batch: string) => noGuards.replace("[wake]", `[wake]\nbatch = "${batch}"`);
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const say = async (...argv: readonly string[]) =>
  z.object({ id: z.string() }).parse((await run("pub", "web", ...argv, "--json")).json()).id;
const stagesSchema = z.object({ stages: z.array(z.object({ stage: z.string() })) });
const wakesSchema = z.object({ wakes: z.array(z.looseObject({ rung: z.string(), durationMs: z.number() })) });
const stages = async (id: string) =>
  stagesSchema.parse((await run("trace", id, "--json")).json()).stages.map(({ stage }) => stage);
const untilDone = (id: string) =>
  eventually(
    async () => ((await stages(id)).includes("done") ? true : undefined),
    () => `message ${id} to be done`,
    60_000,
  );
/** The number of the model request that held each text first; -1 for none. */
const firstHeld = (texts: readonly string[]) =>
  texts.map((text) =>
    model.requests.findIndex((request) => request.texts.some((each) => each.includes(text))),
  );

beforeAll(async () => {
  fleet = await startFleet({ config: config("1h") });
  model = await startDemoModel();
  await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.untilState("web", ["idle"]);
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

const wakesOf = async (id: string) =>
  wakesSchema.parse((await run("trace", id, "--json")).json()).wakes.map((each) => JSON.stringify(each));
const costSchema = z.object({ wakeCost: z.object({ wakes: z.number() }).optional() });
const wakes = async () =>
  costSchema.parse((await run("session", "show", "web", "--json")).json()).wakeCost?.wakes ?? 0;

/** That all of it was read in one turn, which was the only wake since there were `before` of them. */
async function expectOneTurn(ids: readonly string[], texts: readonly string[], before: number) {
  for (const id of ids) await untilDone(id);
  const [first, ...others] = firstHeld(texts);
  expect(first).toBeGreaterThanOrEqual(0);
  expect(new Set(others)).toEqual(new Set([first]));
  await eventually(
    async () => ((await wakes()) > before ? true : undefined),
    () => "the account of the wake",
  );
  const accounts = (await Promise.all(ids.map(wakesOf))).flat();
  expect(accounts).toHaveLength(ids.length);
  expect(new Set(accounts).size).toBe(1);
  expect(await wakes()).toBe(before + 1);
}

describe("mail that gathers (wake.batch)", () => {
  it("[want 35] wakes nobody yet, doctor says why, and what is high takes all of it along into one turn", async () => {
    const before = await wakes();
    const ordinary = [await say("gathered-one"), await say("gathered-two")];
    expect((await run("doctor", "--wake", "web")).stdout).toMatch(
      /gathers for another \d+ s \(wake\.batch\)/,
    );
    for (const id of ordinary) expect(await stages(id)).toEqual(["stored"]);
    const pressing = await say("gathered-high", "--priority", "high");
    await expectOneTurn([...ordinary, pressing], ["gathered-one", "gathered-two", "gathered-high"], before);
  });

  it("[want 35] wakes by itself when it has gathered for long enough, also by a config that has changed since", async () => {
    const before = await wakes();
    const ids = [await say("later-one"), await say("later-two")];
    expect(firstHeld(["later-one"])).toEqual([-1]);
    await writeFile(fleet.paths.configFile, config("1s"));
    await expectOneTurn(ids, ["later-one", "later-two"], before);
  });
});
