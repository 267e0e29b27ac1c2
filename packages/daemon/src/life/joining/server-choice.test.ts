import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathsOf, resolveSettings, type Paths } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseServer, forgetChoice, rememberChoice } from "./server-choice.ts";

let home: string;
let paths: Paths;
const configOf = (env: Readonly<Record<string, string>> = {}) => resolveSettings({ env }).config;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-choice-"));
  paths = pathsOf({ FLEET_HOME: home });
  await mkdir(paths.dataDir);
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("the server that is chosen", () => {
  it("is one of fleet's own where nothing is said", async () => {
    expect(await chooseServer({}, { paths, config: configOf() })).toEqual({ context: undefined });
  });

  it("is what the settings say, FLEET_URL among them", async () => {
    const config = configOf({ FLEET_URL: "nats://hub:4222" });
    expect(await chooseServer({}, { paths, config })).toEqual({ connect: "nats://hub:4222" });
  });

  it("is what the start is told, whatever the settings say", async () => {
    const config = configOf({ FLEET_URL: "nats://hub:4222" });
    expect(await chooseServer({ context: "work" }, { paths, config })).toEqual({ context: "work" });
  });

  it("is what an earlier start was told, until it is forgotten", async () => {
    const config = configOf({ FLEET_URL: "nats://hub:4222" });
    await rememberChoice({ connect: "nats://me:secret@other:4222" }, paths);
    await rememberChoice({}, paths);
    expect(await chooseServer({}, { paths, config })).toEqual({ connect: "nats://me:secret@other:4222" });
    expect((await stat(join(paths.dataDir, "server-choice.json"))).mode & 0o777).toBe(0o600);
    await forgetChoice(paths);
    expect(await chooseServer({}, { paths, config })).toEqual({ connect: "nats://hub:4222" });
  });

  it("is that of the settings where the note of it is damaged", async () => {
    await writeFile(join(paths.dataDir, "server-choice.json"), "{");
    expect(await chooseServer({}, { paths, config: configOf() })).toEqual({ context: undefined });
  });

  it("cannot be two", async () => {
    const both = { connect: "nats://hub:4222", context: "work" };
    await expect(chooseServer(both, { paths, config: configOf() })).rejects.toMatchObject({ code: "usage" });
  });
});
