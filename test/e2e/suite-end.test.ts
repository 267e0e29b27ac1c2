import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../support/alive.ts";
import { runVitest } from "../support/run-vitest.mjs";

test("a suite whose test hangs past all its own timeouts is ended at its limit with all below it, and has failed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-suite-end-"));
  try {
    const pids = join(folder, "pids");
    const config = join(folder, "vitest.config.mjs");
    await writeFile(config, "export default {};");
    await writeFile(
      join(folder, "hangs.test.mjs"),
      `import { spawn } from "node:child_process";
      import { writeFileSync } from "node:fs";
      const agent = spawn("sleep", ["36000"], { detached: true });
      writeFileSync(${JSON.stringify(pids)}, agent.pid + " " + process.pid);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
    );
    const started = performance.now();
    const how = { isShownAtOnce: true, limitMs: 6_000 };
    const { isGood, output } = await runVitest(["--config", config, "--dir", folder], how);
    expect(isGood).toBe(false);
    expect(performance.now() - started).toBeLessThan(20_000);
    const [agent = 0, worker = 0] = (await readFile(pids, "utf8")).split(" ").map(Number);
    expect([isAlive(agent), isAlive(worker)]).toEqual([false, false]);
    expect(output).toContain("ended after 0.1 minutes, its limit; its processes wait in:\n");
    expect(output).toMatch(new RegExp(`^  pid ${agent} \\(sleep 36000\\): sleep S `, "m"));
    expect(output).toMatch(new RegExp(`^  pid ${worker} \\(.*\\): \\S+ S `, "m"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
