import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { emptyHome, runFleet } from "../../stand-in.test.support.ts";

let home = "";
/** It stands where no node_modules is: its zod is the one of these tests. */
const pager = `import { createRequire } from "node:module";
const { z } = createRequire(${JSON.stringify(import.meta.url)})("zod");
const number = z.string().regex(/^\\d+$/, "digits").describe("Whose pager it is.");
const key = z.string().min(4).describe("What opens it.").meta({ secret: true }).optional();
const spec = { type: "pager", summary: "Pages.", config: z.strictObject({ number, key }), examples: [], traits: {} };
export const adapter = { spec, open: () => ({}) };
`;

/** An entry of the pager, by the path or the package that it is known by. */
const entry = (type: string, ...keys: readonly string[]) =>
  ["[[adapter]]", 'name = "own"', `type = "${type}"`, 'number = "4711"', ...keys].join("\n");

beforeEach(async () => {
  home = await emptyHome();
  const folder = join(home, "node_modules", "fleet-adapter-pager");
  await mkdir(folder, { recursive: true });
  await writeFile(join(home, "pager.mjs"), pager);
  await writeFile(join(folder, "index.js"), pager);
  await writeFile(join(folder, "package.json"), '{ "type": "module", "exports": "./index.js" }');
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function write(text: string, mode = 0o600): Promise<void> {
  await writeFile(join(home, "fleet.toml"), text);
  await chmod(join(home, "fleet.toml"), mode);
}

const validate = (...flags: readonly string[]) => runFleet(["config", "validate", ...flags], home);

describe("fleet config validate", () => {
  test.each(["./pager.mjs", "fleet-adapter-pager"])("checks the own keys of %s", async (type) => {
    await write(entry(type));
    expect(await validate()).toMatchObject({ code: 0 });
    await write(entry(type, 'numbr = "1"', 'key = "abc"'));
    const { code, stderr } = await validate();
    expect(code).toBe(2);
    expect(stderr).toContain("5:1 adapter[0].numbr: unknown key; did you mean number?");
    expect(stderr).toContain("6:1 adapter[0].key: Too small");
  });

  test("finds by the schema what of it is secret, in a file that others can read", async () => {
    await write(entry("fleet-adapter-pager", 'key = "hunter2"'), 0o644);
    const { stderr } = await validate();
    expect(stderr).toContain("5:1 adapter[0].key: a secret in a file that others can read");
    expect(stderr).not.toContain("hunter2");
  });

  test("tells of a module that cannot be loaded, beside all that is wrong otherwise", async () => {
    await write(`${entry("./gone.mjs", 'on = ["turn.faild"]')}\n${entry("fleet-adapter-gone")}`);
    const { code, stderr } = await validate();
    expect(code).toBe(2);
    expect(stderr).toMatch(/3:1 adapter\[0\]\.type: loading adapter ".\/gone.mjs": /);
    expect(stderr).toContain("npm install --prefix " + home + " fleet-adapter-gone");
    expect(stderr).toContain(
      '5:1 adapter[0].on[0]: there is no kind of event "turn.faild"; did you mean turn.failed?',
    );
    expect(stderr).toContain('7:1 adapter[1].name: "own" is the name of another adapter too');
  });

  test("tells of secrets that are not there, where this machine is meant", async () => {
    const url = '[[adapter]]\nname = "phone"\nurl = "env:PHONE_URL"\n';
    await write(`${entry("./pager.mjs", 'key = "env:PAGER_KEY"')}\n${url}`);
    const { code, stderr } = await validate();
    expect(code).toBe(2);
    expect(stderr).toContain("5:1 adapter[0].key: reading secret env:PAGER_KEY: it is not set; set it where");
    expect(stderr).toContain("8:1 adapter[1].url: reading secret env:PHONE_URL: it is not set");
    expect(await validate("--without-secrets")).toMatchObject({ code: 0 });
    const env = { PAGER_KEY: "right", PHONE_URL: "ntfy://ntfy.sh/agents" };
    expect(await runFleet(["config", "validate"], home, { env })).toMatchObject({ code: 0 });
  });
});

describe("fleet config schema", () => {
  test("holds the keys of the adapters that this machine's config names", async () => {
    await write(`${entry("./pager.mjs")}\n${entry("fleet-adapter-pager").replace("own", "other")}`);
    const { code, stdout, stderr } = await runFleet(["config", "schema"], home);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const type of ["./pager.mjs", "fleet-adapter-pager"]) expect(branch(stdout, type)).toBeDefined();
    expect(branch(stdout, "fleet-adapter-pager")).toMatchObject({
      description: "Pages.",
      properties: { number: { description: "Whose pager it is." }, key: { secret: true } },
      required: ["type", "number"],
    });
  });

  test("is printed without those that cannot be loaded, which is said on stderr", async () => {
    await write(`${entry("./gone.mjs")}\n${entry("fleet-adapter-pager").replace("own", "other")}`);
    const { code, stdout, stderr } = await runFleet(["config", "schema"], home);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^left out: loading adapter ".\/gone.mjs": .*\n$/);
    expect(branch(stdout, "fleet-adapter-pager")).toBeDefined();
    expect(branch(stdout, "ntfy")).toBeDefined();
    expect(branch(stdout, "./gone.mjs")).toBeUndefined();
  });

  test("is printed without any where the file is broken", async () => {
    await write("machine = ");
    const { code, stdout, stderr } = await runFleet(["config", "schema"], home);
    expect(code).toBe(0);
    expect(stderr).toContain("is no TOML");
    expect(branch(stdout, "ntfy")).toBeDefined();
  });
});

const schemaSchema = z.object({
  properties: z.object({
    adapter: z.object({ items: z.object({ oneOf: z.array(z.looseObject({ title: z.string() })) }) }),
  }),
});

function branch(schema: string, title: string): object | undefined {
  const { oneOf } = schemaSchema.parse(JSON.parse(schema)).properties.adapter.items;
  return oneOf.find((each) => each.title === title);
}

describe("fleet adapter schema", () => {
  test.each(["./pager.mjs", "fleet-adapter-pager"])("prints the keys of %s", async (type) => {
    const { code, stdout } = await runFleet(["adapter", "schema", type], home);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      properties: { number: { description: "Whose pager it is." } },
    });
  });

  test.each([
    ["fleet-adapter-gone", 2, "there is no such package"],
    ["./gone.mjs", 2, "loading adapter"],
    ["ntfi", 3, "did you mean ntfy"],
  ])("says why not of %s", async (type, code, words) => {
    const ran = await runFleet(["adapter", "schema", type], home);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(words);
  });
});
