import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { findProcess, isInTree } from "./process.ts";

describe("a process", () => {
  test("is found with its parent, and is in its own tree and its parent's", async () => {
    const facts = await findProcess(process.pid);
    expect(facts).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(await isInTree(findProcess, process.pid, process.pid)).toBe(true);
    expect(await isInTree(findProcess, process.pid, process.ppid)).toBe(true);
    expect(await isInTree(findProcess, process.ppid, process.pid)).toBe(false);
  });

  test("is none when it has ended", async () => {
    const child = spawn("true");
    const { pid = 0 } = child;
    await once(child, "exit");
    expect(await findProcess(pid)).toBeUndefined();
    expect(await isInTree(findProcess, pid, process.pid)).toBe(false);
  });

  test("whose parents go in a circle is in no tree, and the search ends", async () => {
    const circle = async (pid: number) => ({ pid, parent: pid === 8 ? 9 : 8, group: 8, foreground: -1 });
    expect(await isInTree(circle, 8, 7)).toBe(false);
  });
});
