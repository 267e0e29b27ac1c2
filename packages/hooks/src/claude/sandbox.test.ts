import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { claudeSandbox } from "./sandbox.ts";

const socketFile = "/run/user/1000/fleet/fleet.sock";

async function found(platform: string, ...settings: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), "fleet-sandbox-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = settings.map((_, index) => join(folder, `${index}.json`));
  await Promise.all(files.map((file, index) => writeFile(file, JSON.stringify(settings[index]))));
  return claudeSandbox({ files: [...files, join(folder, "none.json")], platform, socketFile });
}
const on = (more: object) => ({ sandbox: { enabled: true, ...more } });

test.each([
  ["no sandbox settings", "linux", [{ model: "opus" }], true],
  ["a sandbox that is off", "linux", [{ sandbox: { enabled: false } }], true],
  ["a sandbox that an administrator switched on", "linux", [{ sandbox: { enabled: false } }, on({})], false],
  ["a sandbox", "linux", [on({})], false],
  ["a sandbox", "darwin", [on({})], false],
  ["all sockets allowed", "linux", [on({ network: { allowAllUnixSockets: true } })], true],
  ["the socket allowed by path", "darwin", [on({ network: { allowUnixSockets: [socketFile] } })], true],
  ["its folder allowed", "darwin", [on({ network: { allowUnixSockets: ["/run/user/1000/fleet/"] } })], true],
  ["another socket allowed", "darwin", [on({ network: { allowUnixSockets: ["/run/docker.sock"] } })], false],
  [
    "the socket allowed by path, which has no effect there",
    "linux",
    [on({ network: { allowUnixSockets: [socketFile] } })],
    false,
  ],
  ["fleet excluded", "linux", [on({ excludedCommands: ["docker *", "fleet *"] })], true],
  ["another command excluded", "linux", [on({ excludedCommands: ["fleetctl *"] })], false],
  ["settings of another shape", "linux", [{ sandbox: "yes" }], true],
] as const)("%s on %s: %j reaches the daemon: %s", async (_, platform, settings, isReached) => {
  const finding = await found(platform, ...settings);
  expect(finding.isReached).toBe(isReached);
  expect(finding.way === undefined).toBe(isReached);
});

test("the way out is the one that works on that system", async () => {
  expect((await found("darwin", on({}))).way).toContain(socketFile);
  expect((await found("linux", on({}))).way).toContain('"fleet *" to sandbox.excludedCommands');
});
