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

describe("mail that gathers (wake.batch)", () => {
  it("[want 35] wakes nobody yet, doctor says why, and what is high takes all of it along into one turn", async () => {
    const ordinary = [await say("gathered-one"), await say("gathered-two")];
    expect((await run("doctor", "--wake", "web")).stdout).toMatch(
      /gathers for another \d+ s \(wake\.batch\)/,
    );
    for (const id of ordinary) expect(await stages(id)).toEqual(["stored"]);
    const pressing = await say("gathered-high", "--priority", "high");
    for (const id of [...ordinary, pressing]) await untilDone(id);
    const [first, ...others] = firstHeld(["gathered-one", "gathered-two", "gathered-high"]);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(new Set(others)).toEqual(new Set([first]));
  });

  it("[want 35] wakes by itself when it has gathered for long enough, also by a config that has changed since", async () => {
    const ids = [await say("later-one"), await say("later-two")];
    expect(firstHeld(["later-one"])).toEqual([-1]);
    await writeFile(fleet.paths.configFile, config("1s"));
    for (const id of ids) await untilDone(id);
    const [one, two] = firstHeld(["later-one", "later-two"]);
    expect(two).toBe(one);
  });
});
