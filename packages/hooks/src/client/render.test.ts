import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { renderClient } from "./render.ts";
import { bashScript, curlScript } from "./script-text.ts";

const run = promisify(execFile);
const places = { endpointFile: "/x/endpoint", dropDir: "/x/it's a drop" };
const clients = [
  ["bash", "/bin/bash", renderClient({ ...places, bash: "/bin/bash" })],
  ["curl", "/bin/sh", renderClient(places)],
] as const;

describe("the rendered hook client", () => {
  test.each([
    ["fleet-hook.bash", bashScript],
    ["fleet-hook.sh", curlScript],
  ])(
    "script-text.ts is what %s says; else run `node packages/hooks/embed-scripts.mjs`",
    async (file, embedded) => {
      expect(embedded).toBe(await readFile(new URL(file, import.meta.url), "utf8"));
    },
  );

  test.each(clients)(
    "%s: begins with its interpreter and has no placeholder left",
    (_, interpreter, text) => {
      expect(text.startsWith(`#!${interpreter}`)).toBe(true);
      expect(text).not.toMatch(/@[a-z]+@/);
      expect(text).toContain(`drop='/x/it'\\''s a drop'`);
    },
  );

  test.each(clients)("%s: is valid for its shell", async (_, interpreter, text) => {
    const folder = await mkdtemp(join(tmpdir(), "fleet-render-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "client"), text);
    await expect(run(interpreter, ["-n", join(folder, "client")])).resolves.toMatchObject({ stderr: "" });
  });
});
