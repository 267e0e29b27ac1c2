import { errorTable, FleetError, type ErrorCode } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entriesOf, isNoun, type Leaf, type Tree } from "./command/tree.ts";
import { defineCommand } from "./command/define.ts";
import { tree } from "./commands/tree.ts";
import { main } from "./main.ts";
import { runFleet, startStandIn, type StandIn } from "./stand-in.test.support.ts";
import type { World } from "./world/world.ts";
import { version } from "./version.ts";

const nowhere = "/nonexistent/fleet-home";

/** Every command with the words that run it. */
const leaves: readonly (readonly [string, Leaf])[] = entriesOf(tree).flatMap((entry) =>
  isNoun(entry)
    ? entry.verbs.map((verb) => [`${entry.name} ${verb.name}`, verb] as const)
    : [[entry.name, entry] as const],
);

/** A world in which everything that is touched ends the test; `out` may be written to. */
function closedWorld(argv: readonly string[], out: string[]): World {
  const allowed = {
    argv,
    stdout: {
      isTerminal: false,
      columns: undefined,
      rows: undefined,
      write: (text: string) => Promise.resolve(void out.push(text)),
    },
  };
  const untouchable: World = new Proxy(Object.create(null), {
    get: (_target, name) => {
      if (name === "argv" || name === "stdout") return allowed[name];
      throw new Error(`--help touched ${String(name)}`);
    },
  });
  return untouchable;
}

describe("help", () => {
  test.each(leaves.map(([path]) => path))(
    "[row 26] fleet %s --help shows usage and examples, and opens nothing",
    async (path) => {
      const out: string[] = [];
      expect(await main(closedWorld([...path.split(" "), "--help"], out))).toBe(0);
      const text = out.join("");
      expect(text).toMatch(new RegExp(`^Usage: fleet ${path} \\[options\\].*\n`));
      expect(text).toMatch(/\nExamples:\n {2}\S+/);
      expect(text.split("\n").filter((line) => line.length > 80 && !line.startsWith("  ")).length).toBe(0);
    },
  );

  test("of fleet itself lists every command in one line each and loads none", async () => {
    const out: string[] = [];
    expect(await main(closedWorld(["--help"], out))).toBe(0);
    for (const entry of entriesOf(tree)) expect(out.join("")).toContain(entry.summary);
  });

  test("says the version without opening anything", async () => {
    const out: string[] = [];
    expect(await main(closedWorld(["--version"], out))).toBe(0);
    expect(out.join("")).toBe(`${version}\n`);
  });

  test("every command's flags are spelled once and explained", async () => {
    expect(leaves.length).toBeGreaterThan(40);
    for (const [path, leaf] of leaves) {
      const { args, flags, examples } = await leaf.load();
      expect(examples.length, path).toBeGreaterThan(0);
      const specs = [...Object.values(args), ...Object.values(flags)];
      for (const { syntax, about } of specs) expect(about.length, `${path} ${syntax}`).toBeGreaterThan(2);
      expect(new Set(specs.map((spec) => spec.syntax)).size, path).toBe(specs.length);
    }
  });
});

describe("the exit code", () => {
  const throwing = (error: unknown): Tree => {
    const run = () => Promise.reject(error);
    const load = () => Promise.resolve(defineCommand({ about: "", args: {}, flags: {}, examples: [], run }));
    return { overview: { name: "fleet", summary: "", load }, groups: [] };
  };
  const run = async (error: unknown, out: string[] = []) => {
    const write = (text: string) => Promise.resolve(void out.push(text));
    const stderr = { isTerminal: false, columns: undefined, rows: undefined, write };
    const world: World = {
      ...closedWorld([], out),
      argv: [],
      stderr,
      stdout: stderr,
      env: {},
      signal: new AbortController().signal,
    };
    return main(world, throwing(error));
  };

  const codes = Object.entries(errorTable).map(([code, { exit }]) => [code, exit] as const);
  test.each(codes)("of %s is %i, as the error table says", async (code, exit) => {
    const isCode = (name: string): name is ErrorCode => Object.hasOwn(errorTable, name);
    if (!isCode(code)) throw new Error("not in the table");
    const out: string[] = [];
    expect(await run(new FleetError(code, "doing this: because"), out)).toBe(exit);
    expect(out.join("")).toBe("fleet: doing this: because\n");
  });

  test("of anything unforeseen is 1, with its message", async () => {
    const out: string[] = [];
    expect(await run(new TypeError("x is not a function"), out)).toBe(1);
    expect(out.join("")).toBe("fleet: x is not a function\n");
  });

  test("of a reader that has gone is 0, as with | head", async () => {
    expect(await run(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }))).toBe(0);
  });
});

describe("a command line that cannot be", () => {
  let daemon: StandIn;
  beforeEach(async () => void (daemon = await startStandIn()));
  afterEach(() => daemon.close());

  test.each([
    [["pubb", "web"], /no command is called "pubb"; did you mean pub/],
    [["session", "shwo"], /no verb of fleet session is called "shwo"; did you mean show/],
    [["pub"], /<target> is missing/],
    [["ls", "--jsno"], /unknown option '--jsno'; did you mean --json\?/],
    [["session", "show"], /<session> is missing/],
    [["ack", "a", "b"], /"b" is one word too many/],
    [["schedule"], /no command is called "schedule"/],
  ])("%j ends with 2 and a way out, and asks nobody", async (argv, message) => {
    const ran = await daemon.fleet(argv);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(message);
    expect(daemon.asked).toEqual([]);
  });

  test("control characters of the command line do not come back to the terminal", async () => {
    expect((await daemon.fleet(["\u001b]0;x\u0007"])).stderr).not.toMatch(/[\u001b\u0007]/);
  });
});

test("FLEET_DEBUG adds the stack and the cause", async () => {
  expect((await runFleet(["status"], nowhere)).stderr).not.toContain("    at ");
  expect((await runFleet(["status"], nowhere, { env: { FLEET_DEBUG: "1" } })).stderr).toContain("    at ");
});
