import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDropName } from "@fleetbus/hooks";
import { publishSchema } from "@fleetbus/core/api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet } from "../stand-in.test.support.ts";

let home = "";
let drop = "";

beforeEach(async () => {
  home = await emptyHome();
  drop = join(home, "data", "drop");
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Head and body of the one file that was left. */
async function dropped(): Promise<{ name: string; head: readonly string[]; body: string; end: string }> {
  const [name = "", ...more] = await readdir(drop);
  expect(more).toEqual([]);
  const file = await readFile(join(drop, name));
  const blank = file.indexOf("\n\n");
  const head = file.subarray(0, blank).toString().split("\n");
  const length = Number(head.find((line) => line.startsWith("Content-Length: "))?.slice(16));
  const body = file.subarray(blank + 2, blank + 2 + length).toString();
  return { name, head, body, end: file.subarray(blank + 2 + length).toString() };
}

describe("fleet pub with neither daemon nor server", () => {
  test("keeps the request in a file for the next daemon, says so, and ends with 0", async () => {
    const ran = await runFleet(["pub", "all", "grüße", "--note", "--id", "m1"], home, {
      env: { FLEET_SESSION: "web" },
    });
    expect(ran).toMatchObject({ code: 0, stdout: "m1  spooled  all\n" });
    expect(ran.stderr).toMatch(/it is not running/);
    expect(ran.stderr).toMatch(
      /kept in a file on this machine, which the next daemon sends; fleet up starts one\n$/,
    );
    const file = await dropped();
    expect(isDropName(file.name)).toBe(true);
    expect(file.head[0]).toBe("POST /v1/messages HTTP/1.0");
    expect(file.end).toBe("\nEND\n");
    expect(publishSchema.parse(JSON.parse(file.body))).toMatchObject({
      target: "all",
      body: "grüße",
      kind: "note",
      id: "m1",
      caller: { session: "web" },
    });
  });

  test("lets nobody else read it", async () => {
    await runFleet(["pub", "web", "b"], home);
    const { name } = await dropped();
    expect((await stat(join(drop, name))).mode & 0o777).toBe(0o600);
    expect((await stat(drop)).mode & 0o777).toBe(0o700);
  });

  test("a wait cannot come true then: exit 5 at once, the message is kept all the same", async () => {
    const ran = await runFleet(["pub", "web", "b", "--id", "m1", "--wait", "done"], home);
    expect(ran.code).toBe(5);
    expect(ran.stderr).toMatch(/it is spooled, and without the daemon nobody sees more/);
    await dropped();
  });

  test("what cannot be a message is refused as ever, and no file is left", async () => {
    expect((await runFleet(["pub", "web", ""], home)).code).toBe(2);
    await expect(readdir(drop)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a folder that cannot be written is exit 9: nothing was sent", async () => {
    await mkdir(join(home, "data"));
    await writeFile(drop, "in the way");
    expect(await runFleet(["pub", "web", "b"], home)).toMatchObject({
      code: 9,
      stderr: expect.stringContaining("nothing was sent"),
    });
  });
});
