import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { TraceAnswer, WakeView } from "@fleetbus/core/api";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet } from "../../support/fleet/puppet.ts";
import { startScreenAgent } from "../../support/fleet/screen-agent.ts";
import { eventually } from "../../support/tmux.ts";

const example = fileURLToPath(new URL("../../../docs/examples/terminal-rung.mjs", import.meta.url));

let fleet: Fleet;
let model: DemoModel;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

/** Takes the documented adapter for this terminal; `path` is where its program stands. */
async function use(terminal: string, path = process.env["PATH"] ?? ""): Promise<void> {
  const entry = [
    ...["[[adapter]]", `name = "${terminal}"`, 'type = "./terminal-rung.mjs"'],
    ...[`terminal = "${terminal}"`, `path = "${path}"`, ""],
  ];
  await writeFile(fleet.paths.configFile, entry.join("\n"));
  const isConnected = async () => {
    const { text } = await fleet.api("GET", "/v1/adapters");
    return new RegExp(`"name":"${terminal}"[^}]*"state":"connected"`).test(text) ? true : undefined;
  };
  await eventually(isConnected, () => `adapter ${terminal}`, 30_000);
}

const send = async (name: string, body: string) => (await run("pub", name, body)).stdout.split(/\s/)[0] ?? "";
const reached = (id: string, stage: string) =>
  eventually(
    async () => {
      const { stages } = (await run("trace", id, "--json")).json() as TraceAnswer;
      return stages.some((each) => each.stage === stage) ? stages : undefined;
    },
    () => `message ${id} to be ${stage}`,
    30_000,
  );

beforeAll(async () => {
  model = await startDemoModel();
  fleet = await startFleet({ config: "" });
  await copyFile(example, join(fleet.home, "terminal-rung.mjs"));
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});

describe("the documented adapter for terminals that fleet has no rung for", () => {
  test("[case 50] wakes a session in a real GNU screen by the rung `custom`, and leaves a draft alone", async () => {
    const agent = await startScreenAgent(fleet, { name: "screened", modelUrl: model.url });
    onTestFinished(() => agent.close());
    await fleet.untilState("screened", ["idle"]);
    const before = (await run("doctor", "--wake", "screened", "--json")).json() as WakeView;
    expect(before.rungs.find(({ rung }) => rung === "custom")).toMatchObject({ isReady: false });
    await use("screen");
    const ladder = (await run("doctor", "--wake", "screened", "--json")).json() as WakeView;
    expect(ladder.rungs.filter(({ isReady }) => isReady).map(({ rung }) => rung)).toContain("custom");

    const first = await send("screened", "by screen token-first");
    expect((await reached(first, "done")).find(({ stage }) => stage === "woken")).toMatchObject({
      rung: "custom",
    });
    const hasSeen = (text: string) =>
      model.requests.filter(({ texts }) => texts.join().includes(text)).length;
    expect(hasSeen("token-first")).toBe(1);

    await fleet.untilState("screened", ["idle"]);
    await agent.press("half a thought");
    const isTyped = async () => ((await agent.text()).includes("half a thought") ? true : undefined);
    await eventually(isTyped, () => "the draft");
    const second = await send("screened", "after the draft token-second");
    // Longer than the adapter looks once more.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await agent.text()).toContain("half a thought");
    expect(hasSeen("token-second")).toBe(0);
    await agent.press("\u0015");
    await reached(second, "done");
    expect(hasSeen("half a thought")).toBe(0);
  });

  /** No registry has them here: a stand-in that takes what they take, shows an empty composer, and writes down the rest. */
  test.each([
    [
      "kitty",
      "kitten",
      { KITTY_LISTEN_ON: "unix:/run/kitty-1", KITTY_WINDOW_ID: "4" },
      "@ --to unix:/run/kitty-1 send-text --match id:4 ",
    ],
    [
      "wezterm",
      "wezterm",
      { WEZTERM_PANE: "7", WEZTERM_UNIX_SOCKET: "/run/wezterm" },
      "cli send-text --pane-id 7 --no-paste ",
    ],
  ])("types into %s by its documented command line", async (terminal, program, place, wanted) => {
    const bin = join(fleet.home, `bin-${terminal}`);
    await mkdir(bin, { recursive: true });
    const script = [
      "#!/bin/sh",
      `case "$*" in *get-text*) cat "${bin}/shown"; exit;; esac`,
      `printf '%s\\n' "$*" | tee -a "${bin}/typed" >>"${bin}/shown"`,
    ];
    await writeFile(join(bin, "shown"), "\u276f\u00a0\n");
    await writeFile(join(bin, program), `${script.join("\n")}\n`);
    await chmod(join(bin, program), 0o755);
    await use(terminal, `${bin}:${process.env["PATH"]}`);
    const puppet = await startPuppet({
      ...{ name: `in-${terminal}`, home: fleet.home, client: fleet.client },
      processEnv: place,
    });
    onTestFinished(() => puppet.kill());
    const id = await send(puppet.name, "hello");
    const typed = () => readFile(join(bin, "typed"), "utf8").catch(() => "");
    await eventually(
      async () => ((await typed()).split("\n").length > 2 ? true : undefined),
      () => "two lines",
    );
    const [line = "", enter = ""] = (await typed()).split("\n");
    expect(line).toMatch(/\u001b\[200~1 fleet message waits .*\[fleet:[0-9a-f]{16}\].*\u001b\[201~$/u);
    expect(line.startsWith(wanted)).toBe(true);
    expect(enter).toBe(`${wanted}\r`);
    const nonce = /\[fleet:[0-9a-f]{16}\]/.exec(line)?.[0] ?? "";
    await puppet.prompt(`woken ${nonce}`);
    expect(await reached(id, "woken")).toContainEqual(
      expect.objectContaining({ stage: "woken", rung: "custom" }),
    );
  });
});
