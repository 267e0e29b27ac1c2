import { describe, expect, test } from "vitest";
import { defineCommand } from "./define.ts";
import { choice, duration, json, number, numbers, required, rest, text, toggle } from "./flags.ts";
import { parse } from "./parse.ts";

const seen: unknown[] = [];

const sample = defineCommand({
  about: "A sample.",
  args: { target: required("<target>", "who"), body: rest("[body...]", "what") },
  flags: {
    follow: toggle("-f, --follow", "stay"),
    subject: text("--subject <text>", "a subject"),
    ttl: duration("--ttl <duration>", "how long"),
    priority: choice("--priority <priority>", "how urgent", ["low", "high"]),
    json,
  },
  examples: [],
  run: (options) => {
    seen.push(options);
    return Promise.resolve();
  },
});

function rawOf(argv: readonly string[]) {
  const parsed = parse("fleet sample", sample, argv);
  return parsed.type === "help" ? "help" : parsed.raw;
}

describe("a command line", () => {
  test("is read by the command's own declarations, flags in any place", () => {
    expect(rawOf(["web", "a", "-f", "b", "--subject", "s", "--ttl=5m"])).toMatchObject({
      target: "web",
      body: ["a", "b"],
      follow: true,
      subject: "s",
      ttl: "5m",
    });
  });

  test("gives run typed values", async () => {
    const parsed = parse("fleet sample", sample, ["web", "--ttl", "5m", "--priority", "high"]);
    if (parsed.type === "help") throw new Error("no help was asked for");
    await sample.execute(parsed.raw, Object.create(null));
    expect(seen.at(-1)).toEqual({
      target: "web",
      body: [],
      follow: false,
      subject: undefined,
      ttl: 300_000,
      priority: "high",
      json: false,
    });
  });

  test("a lone dash is a word, and what follows two dashes is no flag", () => {
    expect(rawOf(["web", "-"])).toMatchObject({ body: ["-"] });
    expect(rawOf(["web", "--", "--help", "-5 degrees"])).toMatchObject({ body: ["--help", "-5 degrees"] });
  });

  test.each([[["--help"]], [["web", "-h"]], [["--nonsense", "--help"]]])("%j ask for help", (argv) => {
    expect(rawOf(argv)).toBe("help");
  });

  test.each([
    [[], /<target> is missing; see fleet sample --help/],
    [["web", "--subjct", "x"], /unknown option '--subjct'; did you mean --subject\?/],
    [["web", "--subj"], /unknown option '--subj'; did you mean --subject\?/],
    [["web", "--zzz"], /unknown option '--zzz'; a text that begins with a dash goes behind --; see/],
    [["", "x"], /<target> is empty; see/],
    [["web", "-5"], /unknown option '-5'.*place it at the end of the command after '--'/],
    [["web", "--subject"], /'--subject <value>' argument missing/],
    [["web", "--subject", "--json"], /ambiguous/],
    [["web", "--follow=yes"], /does not take an argument/],
  ])("%j is a usage error with a way out", (argv, message) => {
    expect(() => rawOf(argv)).toThrow(message);
    expect(() => rawOf(argv)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test.each([
    [["web", "--ttl", "soon"], /--ttl <duration>: "soon" is not a duration/],
    [["web", "--priority", "asap"], /"asap" is none of low, high/],
  ])("%j is refused by the flag", (argv, message) => {
    const raw = rawOf(argv);
    expect(() => sample.execute(raw === "help" ? {} : raw, Object.create(null))).toThrow(message);
  });

  test("one word too many says to use quotes", () => {
    const command = defineCommand({
      about: "",
      args: { id: text("[id]", "") },
      flags: {},
      examples: [],
      run: () => Promise.resolve(),
    });
    expect(() => parse("fleet x", command, ["a", "b"])).toThrow(/"b" is one word too many/);
  });

  test("numbers are whole and above 0", () => {
    expect(numbers("<seq...>", "").read(["1", "20"])).toEqual([1, 20]);
    for (const word of ["0", "-1", "1.5", "x", "99999999999999999999"]) {
      expect(() => number("<seq>", "").read(word)).toThrow(/is not a whole number above 0/);
    }
  });
});
