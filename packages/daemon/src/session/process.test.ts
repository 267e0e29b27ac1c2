import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isStillThere, systemProcesses } from "./process.ts";

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

test.runIf(process.platform === "linux")("a process is another one when it began at another time", () => {
  const { pid } = process;
  const procStart = systemProcesses.startOf(pid);
  expect(procStart).toMatch(/^\d+$/);
  expect(isStillThere(systemProcesses, { pid, procStart })).toBe(true);
  expect(isStillThere(systemProcesses, { pid })).toBe(true);
  expect(isStillThere(systemProcesses, { pid, procStart: "1" })).toBe(false);
  expect(systemProcesses.startOf(2 ** 22 + 1)).toBeUndefined();
});
