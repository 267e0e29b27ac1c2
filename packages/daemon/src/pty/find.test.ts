import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jsonLines, ptySocketOf } from "@fleetbus/core";
import type { ProcessTable } from "../session/process.ts";
import { ptysOf } from "./find.ts";

let runDir: string;
const servers: Server[] = [];
const open = new Set<Socket>();

beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), "fleet-ptys-"));
});
afterEach(async () => {
  for (const socket of open) socket.destroy();
  for (const server of servers.splice(0)) server.close();
  await rm(runDir, { recursive: true, force: true });
});

/** A `fleet wrap` of process `pid` that says it is of process `says`, or nothing at all. */
async function wrap(pid: number, says: number | undefined): Promise<void> {
  const server = createServer((socket) => {
    open.add(socket);
    const answer = () => socket.write(`${JSON.stringify({ is: "here", id: `${pid}-abc`, pid: says })}\n`);
    socket.on(
      "data",
      jsonLines(
        () => says !== undefined && answer(),
        () => undefined,
      ),
    );
  });
  servers.push(server);
  server.listen(ptySocketOf({ runDir }, pid));
  await once(server, "listening");
}

/** Each process with its parent; all began at the same time, but for those that are named. */
function table(
  parents: Readonly<Record<number, number>>,
  { starts = {}, helloMs = 20_000 }: { starts?: Readonly<Record<number, string>>; helloMs?: number } = {},
) {
  let looks = 0;
  const processes: ProcessTable = {
    find: (pid) => {
      looks += 1;
      const parent = parents[pid];
      return Promise.resolve(parent === undefined ? undefined : { pid, parent, hasTerminal: true });
    },
    isAlive: () => true,
    takesSignals: () => true,
    startOf: (pid) => starts[pid] ?? "100",
  };
  return { ptys: ptysOf({ paths: { runDir }, processes, helloMs }), looks: () => looks };
}

const lineage = { 40: 30, 30: 20, 20: 10, 10: 1 };

test("a process is in the nearest fleet wrap above it, and is looked at once", async () => {
  await wrap(20, 20);
  await wrap(10, 10);
  const { ptys, looks } = table(lineage);
  const found = { id: "20-abc", socket: ptySocketOf({ runDir }, 20), pid: 20 };
  expect(await ptys.of(40)).toEqual(found);
  const before = looks();
  expect(await ptys.of(40)).toEqual(found);
  expect(looks()).toBe(before);
});

test("one whose pid came again is another process", async () => {
  await wrap(20, 20);
  const starts: Record<number, string> = {};
  const { ptys } = table({ ...lineage, 50: 1 }, { starts });
  expect(await ptys.of(50)).toBeUndefined();
  expect(await ptys.of(40)).toMatchObject({ pid: 20 });
  servers.splice(0).forEach((server) => server.close());
  await rm(ptySocketOf({ runDir }, 20), { force: true });
  starts[40] = "900";
  expect(await ptys.of(40)).toBeUndefined();
});

test("what is left behind, foreign or no socket is passed over", async () => {
  await writeFile(ptySocketOf({ runDir }, 30), "a file");
  await wrap(20, 99);
  await wrap(10, 10);
  expect(await table(lineage).ptys.of(40)).toMatchObject({ pid: 10 });
});

test("a fleet wrap that does not answer, because it is stopped, is asked again with the next hook", async () => {
  await wrap(20, undefined);
  const { ptys, looks } = table(lineage, { helloMs: 20 });
  expect(await ptys.of(40)).toBeUndefined();
  const before = looks();
  expect(await ptys.of(40)).toBeUndefined();
  expect(looks()).toBeGreaterThan(before);
});
