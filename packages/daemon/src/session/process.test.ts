import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { systemProcesses } from "./process.ts";

test("a running process is alive, one that has ended is not", async () => {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  expect(systemProcesses.isAlive(pid)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(systemProcesses.isAlive(pid)).toBe(false);
});

test("a process that is dead and not yet reaped is not alive, though it takes signals", async () => {
  // The shell becomes a program that never waits for the child that it started before.
  const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await once(parent.stdout, "data");
  const pid = Number(String(line).trim());
  await expect.poll(() => systemProcesses.isAlive(pid)).toBe(false);
  expect(() => process.kill(pid, 0)).not.toThrow();
  parent.kill("SIGKILL");
  await once(parent, "exit");
});
