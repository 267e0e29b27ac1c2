import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { argumentsOf } from "../instructions.ts";
import { readLayout } from "./layout.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-layout-"));
  await Promise.all([
    mkdir(join(folder, "services", "api"), { recursive: true }),
    mkdir(join(folder, "web")),
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (text: string, name = "shop.toml") => {
  await writeFile(join(folder, name), text);
  return readLayout(name, { cwd: folder, home: folder });
};

describe("a layout file", () => {
  it("says who runs where, as whom, with what; folders go by its own place", async () => {
    const { prefix, mux, crew } = await read(`
mux = "zellij"
[[window]]
name = "lead"
args = ["--model", "opus"]
[[window]]
name = "api"
role = "backend"
cli = "codex"
cwd = "services/api"
[[window]]
name = "api-tests"
parent = "api"
cwd = "~/web"
`);
    expect([prefix, mux]).toEqual(["shop", "zellij"]);
    expect(crew).toEqual([
      {
        ...{ name: "lead", role: "commander", parent: undefined, cli: "claude" },
        ...{ args: ["--model", "opus"], dir: folder },
      },
      {
        ...{ name: "api", role: "backend", parent: "lead", cli: "codex" },
        ...{ args: [], dir: join(folder, "services", "api") },
      },
      {
        ...{ name: "api-tests", role: "worker", parent: "api", cli: "claude" },
        ...{ args: [], dir: join(folder, "web") },
      },
    ]);
    const [lead, api, tests] = crew.map((member) => argumentsOf(member, crew));
    expect(lead?.slice(0, 2)).toEqual(["--model", "opus"]);
    expect(lead?.at(-1)).toMatch(/the commander of a crew.*Your workers: api \(codex\)\./);
    expect(api?.at(-1)).toMatch(
      /the backend of a crew.*Your workers: api-tests[^]*You yourself report to lead/,
    );
    expect(tests?.at(-1)).toMatch(/a worker on the fleet bus\. Your commander is api/);
  });

  it("may put the first window below another one", async () => {
    const { crew } = await read(
      `name = "yard"\n[[window]]\nname = "a"\nparent = "b"\n[[window]]\nname = "b"\nrole = "commander"\n`,
    );
    expect(crew.map(({ name, parent }) => [name, parent])).toEqual([
      ["a", "b"],
      ["b", undefined],
    ]);
  });

  it.each([
    [
      "a key that it does not know",
      `[[window]]\nname = "a"\nclis = "codex"`,
      "3:1 window[0].clis: unknown key; did you mean cli?",
    ],
    ["a CLI that it cannot launch", `[[window]]\nname = "a"\ncli = "aider"`, "3:1 window[0].cli: "],
    ["a name that is none", `[[window]]\nname = "Shop Floor"`, "2:1 window[0].name: no name for a session"],
    [
      "a name that is kept for others",
      `[[window]]\nname = "all"`,
      "2:1 window[0].name: no name for a session",
    ],
    [
      "a name that stands twice",
      `[[window]]\nname = "a"\n[[window]]\nname = "a"`,
      `4:1 window[1].name: "a" stands twice`,
    ],
    ["no name", `[[window]]\ncli = "codex"`, "1:1 window[0].name: missing"],
    ["no window", `name = "shop"`, "window: missing"],
    [
      "a parent that is no window",
      `[[window]]\nname = "lead"\n[[window]]\nname = "a"\nparent = "led"`,
      `5:1 window[1].parent: "led" is no window of this file; did you mean lead?`,
    ],
    [
      "parents in a circle",
      `[[window]]\nname = "a"\nparent = "b"\n[[window]]\nname = "b"\nparent = "a"`,
      `3:1 window[0].parent: "a" would be above itself`,
    ],
    ["a folder that is not there", `[[window]]\nname = "a"\ncwd = "nowhere"`, "3:1 window[0].cwd: "],
    ["no TOML", `[[window]\nname = "a"`, "1:"],
  ])("with %s is refused, with the line", async (_, text, words) => {
    await expect(read(text)).rejects.toThrow(words);
  });

  it("that is not there, or whose own name is none for a crew, is refused with the way out", async () => {
    await expect(readLayout("none.toml", { cwd: folder, home: undefined })).rejects.toThrow(/ENOENT/);
    await expect(read(`[[window]]\nname = "a"`, "My Shop.toml")).rejects.toThrow(`write name = "…" into it`);
  });
});
