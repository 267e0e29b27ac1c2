import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bareNotice, systemClock, type FleetEvent, type SendReceipt } from "@fleetbus/core";
import { zellij } from "./adapter.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-no-zellij-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** One wake by a program that stands for zellij, or for none. */
async function wake(command: string): Promise<SendReceipt> {
  const silent = () => undefined;
  const { sink } = zellij.open(zellij.spec.config.parse({ command, callMs: 20_000 }), {
    name: "zellij",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: systemClock,
    fetch: globalThis.fetch,
    ns: "main",
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
  });
  const event: FleetEvent = {
    id: "wake1",
    kind: "wake.zellij",
    from: { machine: "lab", session: "me" },
    time: new Date().toISOString(),
    origin: "system",
    data: {
      ...{ to: { machine: "lab", session: "web" }, rung: "zellij", nonce: "nonce00001", idleGeneration: 1 },
      ...{
        deadline: new Date(Date.now() + 60_000).toISOString(),
        text: "mail",
        cli: "demo",
        pid: process.pid,
      },
      pane: { mux: "zellij", socket: join(folder, "work"), id: "3" },
    },
  };
  await sink?.connect(AbortSignal.timeout(5000));
  const receipt = await sink?.send(event, AbortSignal.timeout(60_000), bareNotice(event));
  await sink?.close();
  return receipt ?? {};
}

/** A program that says this on its standard error and fails. */
async function failing(text: string): Promise<string> {
  const file = join(folder, `zellij-${text.length}`);
  await writeFile(file, `#!/bin/sh\nprintf '%b\\n' '${text}' >&2\nexit 1\n`);
  await chmod(file, 0o755);
  return file;
}

test("a zellij that is not there is no end of the wake: the next rung is tried, and the reason says the way out", async () => {
  expect((await wake("/nowhere/zellij")).skipped).toMatch(
    /ENOENT; name it by its path as `command` of the zellij/,
  );
});

test("what zellij says is told as one clean line, with the session and where it was looked for", async () => {
  const { skipped } = await wake(await failing("There is no \\033[31mactive session!\\nmore"));
  expect(skipped).toBe(`talking to the zellij session work in ${folder}: There is no active session!`);
});

test("a zellij that ends without a word is told by its exit code", async () => {
  expect((await wake("/bin/false")).skipped).toMatch(/: it ended with 1$/);
});
