import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet } from "../../stand-in.test.support.ts";

let home = "";
let file = "";

beforeEach(async () => {
  home = await emptyHome();
  file = join(home, "fleet.toml");
});
afterEach(() => rm(home, { recursive: true, force: true }));

const broken =
  'machin = "x"\n\n[wake]\nper_session = "often"\n\n[[adapter]]\nname = "a"\ntype = "tmux"\n\n[[adapter]]\nname = "a"\ntype = "tmux"\n';

describe("fleet config validate", () => {
  test("tells all problems at once, each with its place and the nearest valid key: exit 2", async () => {
    await writeFile(file, broken);
    const ran = await runFleet(["config", "validate"], home);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/1:1 machin: unknown key; did you mean machine\?/);
    expect(ran.stderr).toMatch(/4:1 wake\.per_session: .*20\/h/);
    expect(ran.stderr).toMatch(/adapter\[1\]/);
  });

  test("prints the same as JSON", async () => {
    await writeFile(file, broken);
    const ran = await runFleet(["config", "validate", "--json"], home);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      file,
      problems: [{ path: "machin", line: 1, didYouMean: "machine" }, {}, {}],
    });
  });

  test("reads another file than the machine's", async () => {
    const other = join(home, "other.toml");
    await writeFile(other, 'machine = "lab"\n');
    expect(await runFleet(["config", "validate", "other.toml"], home)).toMatchObject({
      code: 0,
      stderr: `${other} is in order\n`,
    });
    expect((await runFleet(["config", "validate", "gone.toml"], home)).code).toBe(3);
  });

  test("no file is no problem, one that cannot be read is", async () => {
    expect(await runFleet(["config", "validate", "--json"], home)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"problems": []'),
    });
    await writeFile(file, "machine = ");
    expect(await runFleet(["config", "validate"], home)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`reading ${file}: 1 problem`),
    });
  });

  test("a secret in a file that others can read is a problem; it is not printed", async () => {
    await writeFile(file, '[server]\ncreds = "hunter2"\n');
    await chmod(file, 0o644);
    const ran = await runFleet(["config", "validate"], home);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/chmod 600/);
    expect(ran.stderr).not.toContain("hunter2");
  });
});

describe("fleet config show", () => {
  test("[row 176] --origin says where each value comes from: environment, the file's line, default", async () => {
    await writeFile(file, '[wake]\nfleet = "9/h"\n');
    const ran = await runFleet(["config", "show", "--origin", "--json"], home, { env: { FLEET_NS: "two" } });
    const { items }: { items: readonly { key: string }[] } = JSON.parse(ran.stdout);
    const of = (key: string) => items.find((item) => item.key === key);
    expect(of("ns")).toEqual({ key: "ns", value: "two", origin: "env", from: "FLEET_NS" });
    expect(of("machine")).toMatchObject({ value: "lab", origin: "env" });
    expect(of("wake.fleet")).toEqual({
      key: "wake.fleet",
      value: "9/h",
      origin: "config",
      from: `${file}:2`,
    });
    expect(of("wake.per_session")).toMatchObject({ value: "20/h", origin: "default" });
  });

  test("is a table without --json, and the bare noun shows it", async () => {
    const { stdout } = await runFleet(["config"], home);
    expect(stdout).toMatch(/^KEY +VALUE\n/);
    expect(stdout).toMatch(/^wake\.per_session +"20\/h"$/m);
  });

  test("never shows a secret", async () => {
    await writeFile(file, '[server]\nurl = "nats://me:hunter2@hub:4222"\ncreds = "hunter2"\n');
    await chmod(file, 0o600);
    const ran = await runFleet(["config", "--json"], home);
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toContain("hunter2");
  });
});

test("fleet config schema prints a JSON Schema that knows the keys", async () => {
  expect(JSON.parse((await runFleet(["config", "schema"], home)).stdout)).toMatchObject({
    title: "fleet.toml",
    properties: { wake: {}, adapter: {} },
  });
});
