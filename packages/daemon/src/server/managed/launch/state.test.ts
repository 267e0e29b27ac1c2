import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readState, writeState } from "./state.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "state-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the state of a managed server", () => {
  it("is kept between runs", async () => {
    const file = join(folder, "state.json");
    const state = { ...(await readState(file)), port: 4222 };
    await writeState(file, state);
    expect(await readState(file)).toEqual(state);
  });

  it.each(["", "{", '{"name":"x","port":1}', '{"name":"fleet-0123456789ab","port":70000}'])(
    "begins anew where the file holds %j",
    async (text) => {
      const file = join(folder, "state.json");
      await writeFile(file, text);
      const first = await readState(file);
      expect(first).toMatchObject({ port: 0 });
      expect((await readState(file)).name).not.toBe(first.name);
    },
  );
});
