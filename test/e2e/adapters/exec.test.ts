import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { isAlive } from "../../support/alive.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { publishEvent } from "./publish.ts";
import { until, useConfig } from "./watching.ts";

let fleet: Fleet;
let connection: NatsConnection;
const log = () => join(fleet.home, "log");

/** Says when it begins and which one it is, ignores being told to end, and goes on until there is a file `go`. */
const script = (home: string) => `#!/bin/bash
trap '' TERM
exec 9> '${home}/lock'
flock -n 9 && alone=alone || alone=beside
sleep 300 9>&- &
echo "begun $FLEET_EVENT_ID $alone $$ $!" >> '${home}/log'
until [ -e '${home}/go' ]; do sleep 0.05; done 9>&-
kill -9 $!
echo "done $FLEET_EVENT_ID" >> '${home}/log'
`;

beforeAll(async () => {
  fleet = await startFleet();
  connection = await connectAsChecker(await fleet.hub());
  const command = join(fleet.home, "on-event");
  await writeFile(command, script(fleet.home), { mode: 0o755 });
  const entry = `[[adapter]]\nname = "script"\ntype = "exec"\non = ["run.finished"]\ncommand = ["${command}"]\n`;
  await useConfig(fleet, entry, ["script"]);
});
afterAll(async () => {
  await connection?.close();
  await fleet?.close();
});

const lines = async () =>
  (await readFile(log(), "utf8").catch(() => ""))
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" "));

describe("a script that the daemon is killed beneath with -9", () => {
  test("is ended with all that it started, before the next daemon tries the event again", async () => {
    await publishEvent(connection, { id: "01ke0000000000000000000001", kind: "run.finished", data: {} });
    await until("the script to begin", async () => (await lines()).length === 1);
    for (const tries of [1, 2]) {
      const pids = (await lines())[tries - 1]?.slice(3).map(Number) ?? [];
      expect(pids.map(isAlive)).toEqual([true, true]);
      await fleet.daemon.kill("SIGKILL");
      await fleet.daemon.start();
      await until("the next try", async () => (await lines()).length > tries, 60_000);
      expect(pids.map(isAlive)).toEqual([false, false]);
    }
    await writeFile(join(fleet.home, "go"), "");
    await until("the script's end", async () => (await lines()).at(-1)?.[0] === "done");
    expect((await lines()).map((line) => line.slice(0, 3))).toEqual([
      ...[1, 2, 3].map(() => ["begun", "01ke0000000000000000000001", "alone"]),
      ["done", "01ke0000000000000000000001"],
    ]);
  });
});
