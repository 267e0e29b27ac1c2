import { describe, expect, it } from "vitest";
import { crewOf } from "./order/crew.ts";
import { argumentsOf, launchable, launchableClis } from "./instructions.ts";
import { planOf } from "./plan.ts";
import { writeCrew, writeMark } from "./mux/mark.ts";
import { paneFormat, readPanes } from "./mux/panes.ts";

const crew = crewOf({ prefix: "shop", workers: 3, clis: ["claude", "codex"], dir: "/shop" });
const [commander, first] = crew;

describe("a crew", () => {
  it("has the commander as parent of workers that take the CLIs in turn", () => {
    expect(crew.map(({ name, parent, cli }) => [name, parent, cli])).toEqual([
      ["shop-commander", undefined, "claude"],
      ["shop-worker-1", "shop-commander", "claude"],
      ["shop-worker-2", "shop-commander", "codex"],
      ["shop-worker-3", "shop-commander", "claude"],
    ]);
  });

  it.each([
    ["claude", []],
    ["codex", ["--disable", "daemon_auto_start"]],
    ["gemini", ["-i"]],
    ["grok", []],
  ])("gives %s its first prompt as the last argument, after %j", (cli, before) => {
    expect(launchableClis[cli]?.("the prompt")).toEqual([...before, "the prompt"]);
  });

  it("is made of CLIs whose first prompt is known", () => {
    expect(Object.keys(launchableClis)).toEqual(launchable);
  });

  it("is told who its workers are, and each worker who its commander is", () => {
    const told = commander && argumentsOf(commander, crew).at(-1);
    expect(told).toContain("shop-worker-1 (claude), shop-worker-2 (codex), shop-worker-3 (claude)");
    for (const command of ["fleet pub", "fleet ask", "fleet inbox"]) expect(told).toContain(command);
    const worker = first && argumentsOf(first, crew).at(-1);
    expect(worker).toContain("Your commander is shop-commander");
    expect(worker).toContain("fleet report");
  });
});

const mux = { name: "tmux", renameLine: () => "" } as const;

describe("a plan", () => {
  const line = (id: string, name: string, session = "shop") =>
    `${id} 7 0 $1 [${writeCrew("shop", "f1")}] [${writeMark({ crew: "shop", name, cli: "claude" }, "f1")}] ${session}:any name: of a window`;

  it("finds its panes by their marks, also in a session that was renamed, and opens only what is missing", () => {
    expect(paneFormat).toContain("#{@fleet-launch}");
    const panes = readPanes(
      [line("%1", "shop-commander", "till"), line("%2", "shop-worker-2", "till")].join("\n"),
      "f1",
    );
    const plan = planOf({ prefix: "shop", crew }, panes, mux);
    expect(plan.session).toBe("$1");
    expect(plan.steps.map(({ does }) => does)).toEqual(["keep", "open", "keep", "open"]);
  });

  it("counts no pane that is marked badly or for another crew", () => {
    const others =
      "%1 7 0 $2 [] [shop@f1:shop-commander] own:w\n%2 7 0 $2 [] [yard@f1:shop-commander:claude] own:w\nnonsense";
    const plan = planOf({ prefix: "shop", crew }, readPanes(others, "f1"), mux);
    expect(plan.steps.every(({ does }) => does === "open")).toBe(true);
    expect(plan.session).toBeUndefined();
  });

  it("refuses a session of that name that another fleet launched", () => {
    const theirs = readPanes(line("%1", "shop-commander"), "f2");
    expect(() => planOf({ prefix: "shop", crew }, theirs, mux)).toThrow("no launch of this fleet made");
  });
});
