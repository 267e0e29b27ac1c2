import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { supervise } from "../../bench/support/supervise.mjs";
import { isAlive } from "../support/alive.ts";
import { root } from "../support/tree.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-bench-end-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A benchmark that begins a fleet and an agent, writes down who they are, and then does the rest. */
async function benchmark(rest: string): Promise<string> {
  const file = join(folder, "stand-in.mjs");
  const support = pathToFileURL(join(root, "bench/support/fleet.mjs")).href;
  await writeFile(
    file,
    `import { spawn } from "node:child_process";
    import { writeFileSync } from "node:fs";
    import { startFleet } from ${JSON.stringify(support)};
    export async function measure({ count }) {
      const fleet = await startFleet();
      const agent = spawn("sleep", ["36000"], { stdio: "ignore", detached: true });
      const { pid, server } = await fleet.status();
      writeFileSync(${JSON.stringify(join(folder, "pids.json"))}, JSON.stringify([agent.pid, pid, server.pid]));
      ${rest}
    }`,
  );
  return file;
}

async function run(rest: string) {
  const lines: string[] = [];
  const asked = {
    ...{ name: "stand-in", file: await benchmark(rest), count: 3, limitMs: 10_000 },
    say: (line: string) => void lines.push(line),
  };
  const ended = await supervise(asked).then(JSON.stringify, String);
  const pids = z.array(z.number()).parse(JSON.parse(await readFile(join(folder, "pids.json"), "utf8")));
  return { ended, lines, pids };
}

test("a benchmark whose daemon stands still ends at its time, says what it waited for and what each thread waits in, and leaves nothing running", async () => {
  const { ended, lines, pids } = await run(
    `process.kill(pid, "SIGSTOP"); await fleet.get("/v1/status"); return [];`,
  );
  expect(ended).toBe("Error: measuring stand-in: no end within 10 s");
  const told = lines.join("\n");
  expect(told).toContain("its time is up: waiting for the answer to /v1/status; open: ");
  expect(told).toMatch(new RegExp(`^pid ${pids[1]} \\(.*fleet\\.js up --foreground\\): .*node T `, "m"));
  expect(told).toMatch(new RegExp(`^pid ${pids[0]} \\(sleep 36000\\): sleep S `, "m"));
  expect(pids.map(isAlive)).toEqual([false, false, false]);
});

test("a benchmark that fails is told by its name, and leaves nothing running", async () => {
  const { ended, lines, pids } = await run(`throw new Error("too few samples");`);
  expect(ended).toBe("Error: measuring stand-in: exit 1");
  expect(lines.join("\n")).toContain("too few samples");
  expect(pids.map(isAlive)).toEqual([false, false, false]);
});

test("a benchmark that ends gives what it measured, and leaves nothing running either", async () => {
  const { ended, pids } = await run(`return [{ name: "stand-in", samples: [count] }];`);
  expect(ended).toBe('[{"name":"stand-in","samples":[3]}]');
  expect(pids.map(isAlive)).toEqual([false, false, false]);
});
