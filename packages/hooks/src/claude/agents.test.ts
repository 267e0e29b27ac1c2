import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listClaudeAgents } from "./agents.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-agents-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** An executable in the CLI's place. */
async function cli(script: string): Promise<string> {
  const path = join(folder, "claude with spaces");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

describe("asking Claude Code for its sessions", () => {
  test("runs its own reader and keeps fields that are new", async () => {
    const agent = {
      pid: 7,
      sessionId: "s",
      cwd: "/p",
      kind: "interactive",
      status: "waiting",
      waitingFor: "x",
      more: 1,
    };
    const binary = await cli(
      `[ "$*" = "agents --json" ] && [ "$HOME" = /home/dev ] && echo '${JSON.stringify([agent])}'`,
    );
    expect(await listClaudeAgents({ binary, env: { HOME: "/home/dev" } })).toEqual([agent]);
  });

  test.each([
    ["no JSON", "echo hello"],
    ["no array", "echo '{}'"],
    ["another shape", `echo '[{"pid":"seven"}]'`],
  ])("says malformed to %s", async (_, script) => {
    const asked = listClaudeAgents({ binary: await cli(script), env: {} });
    await expect(asked).rejects.toMatchObject({ code: "malformed" });
  });

  test("says failed when it ends badly or is not there", async () => {
    const binary = await cli("echo no >&2; exit 3");
    await expect(listClaudeAgents({ binary, env: {} })).rejects.toMatchObject({ code: "failed" });
    await expect(listClaudeAgents({ binary: join(folder, "none"), env: {} })).rejects.toMatchObject({
      code: "failed",
    });
  });

  test("does not wait for one that hangs", async () => {
    const binary = await cli("exec sleep 60");
    const asked = listClaudeAgents({ binary, env: { PATH: process.env["PATH"] }, timeoutMs: 100 });
    await expect(asked).rejects.toMatchObject({ code: "failed" });
  });

  test("stops with its signal", async () => {
    const binary = await cli("exec sleep 60");
    const signal = AbortSignal.timeout(50);
    await expect(listClaudeAgents({ binary, env: { PATH: process.env["PATH"] }, signal })).rejects.toThrow(
      /asking/,
    );
  });
});
