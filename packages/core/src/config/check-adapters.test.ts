import { describe, expect, test } from "vitest";
import { z } from "zod";
import { FleetError, toFleetError } from "../errors/fleet-error.ts";
import { loadConfig, type ConfigFile } from "./load.ts";

const file: ConfigFile = { path: "/home/dev/fleet.toml", mode: 0o600 };
const adapters = {
  bare: { config: z.strictObject({}) },
  post: { config: z.strictObject({ url: z.string().startsWith("http", "expected http") }) },
  ntfy: {
    config: z.strictObject({ topic: z.string(), count: z.int().default(1) }),
    urls: {
      schemes: ["ntfy", "ntfys"],
      parse: ({ hostname, pathname }: URL) => {
        if (hostname === "nowhere") throw new FleetError("config", "reading an ntfy URL: say a host");
        return pathname === "/" ? {} : { topic: pathname.slice(1) };
      },
    },
  },
};

function errorOf(text: string): FleetError {
  try {
    loadConfig(text, file, adapters);
  } catch (error) {
    return toFleetError(error);
  }
  throw new Error("it has no problems");
}

describe("an adapter by its URL", () => {
  const entry = (url: string, ...more: readonly string[]) =>
    ["[[adapter]]", 'name = "phone"', `url = "${url}"`, ...more].join("\n");

  test.each([
    ["ntfy://ntfy.sh/agents"],
    ["NTFYS://ntfy.sh/agents"],
    ["env:PHONE_URL"],
    ["file:/run/phone-url"],
  ])("%s has no problems", (url) => {
    expect(loadConfig(entry(url), file, adapters).config.adapter).toHaveLength(1);
  });

  test.each([
    ["nfty://ntfy.sh/agents", [], '3:1 adapter[0].url: there is no "nfty"; did you mean ntfy'],
    ["gopher://x", [], '3:1 adapter[0].url: there is no "gopher"; there are ntfy, ntfys'],
    ["ntfy://ntfy.sh/x", ['type = "ntfy"'], "4:1 adapter[0].type: with url leave type out"],
    ["ntfys://ntfy.sh/x", ['type = "post"'], "3:1 adapter[0].url: expected http"],
    ["ntfys://ntfy.sh/x", ['type = "bare"'], "4:1 adapter[0].type: with url leave type out"],
    ["ntfy://nowhere/x", [], "3:1 adapter[0].url: reading an ntfy URL: say a host"],
    ["ntfy://ntfy.sh/", [], "3:1 adapter[0].url: topic: missing; string expected"],
    ["ntfy://ntfy.sh/x", ['topci = "x"'], "4:1 adapter[0].topci: unknown key; did you mean topic?"],
    ["ntfy://ntfy.sh/x", ['pririty = "high"'], "4:1 adapter[0].pririty: unknown key; did you mean priority?"],
    ["ntfy://ntfy.sh/x", ['count = "x"'], "4:1 adapter[0].count: expected number, received string"],
  ])("%s with %j says: %s", (url, more, problem) => {
    expect(
      errorOf(entry(url, ...more))
        .message.split("\n")
        .slice(1),
    ).toEqual([`  ${problem}`]);
  });
});

test("a url that no short form is stays an unknown key of a type that has none", () => {
  const { message } = errorOf('[[adapter]]\nname = "a"\ntype = "bare"\nurl = "https://ntfy.sh"');
  expect(message).toContain("4:1 adapter[0].url: unknown key");
});

test.each(["ntfy", "ntfy.sh/agents", "ntfy.sh:80/agents", "localhost:8080/agents", "4711:token/chat"])(
  "the URL %s lacks a scheme",
  (url) => {
    const { message } = errorOf(`[[adapter]]\nname = "phone"\nurl = "${url}"`);
    expect(message.split("\n").slice(1)).toEqual([
      "  3:1 adapter[0].url: a scheme is missing: write one before it, as ntfys://ntfy.sh/agents",
    ]);
  },
);

test("an unknown type names the nearest one; a module of one's own is looked at when it is loaded", () => {
  const entry = (type: string) => `[[adapter]]\nname = "a"\ntype = "${type}"\n`;
  expect(errorOf(entry("ntyf")).details["problems"]).toEqual([
    {
      ...{ path: "adapter[0].type", line: 3, column: 1 },
      message: 'there is no "ntyf"; did you mean ntfy, or name a path (./mine.mjs) or a package',
    },
  ]);
  for (const type of ["./mine.mjs", "/opt/mine.mjs", "@acme/fleet", "fleet-pager"])
    expect(loadConfig(entry(type), file, adapters).config.adapter).toHaveLength(1);
});
