import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathsOf, type Paths } from "@fleetbus/core";
import { clientFile, installClient, installLine, lineFile } from "@fleetbus/hooks";
import { afterEach, beforeEach, expect, it } from "vitest";
import { refreshScripts } from "./refresh-scripts.ts";

let home: string;
let paths: Paths;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-scripts-"));
  paths = pathsOf({ FLEET_HOME: home });
});
afterEach(() => rm(home, { recursive: true }));

const { platform } = process;

it("what an older fleet wrote for hooks and status lines to run is what this one writes", async () => {
  await installClient(paths, { platform });
  await installLine(paths);
  const files = [clientFile(paths), lineFile(paths)];
  const read = () => Promise.all(files.map((file) => readFile(file, "utf8")));
  const current = await read();
  for (const file of files) await writeFile(file, "#!/bin/sh\n# of an older fleet\n");
  await refreshScripts(paths, platform);
  expect(await read()).toEqual(current);
});

it("makes nothing that nobody installed", async () => {
  await mkdir(paths.hooksDir, { recursive: true });
  await refreshScripts(paths, platform);
  expect(await readdir(paths.hooksDir)).toEqual([]);
});
