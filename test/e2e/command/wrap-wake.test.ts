import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";
import {
  demoAgent,
  linkLibraries,
  startWrapped,
  wrapCommand,
  type WrappedAgent,
} from "../../support/fleet/wrapped.ts";

let fleet: Fleet;
let model: DemoModel;
const agents: WrappedAgent[] = [];

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const traceSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), rung: z.string().optional() })),
});
const stages = async (id: string) => traceSchema.parse((await run("trace", id, "--json")).json()).stages;
const rungOf = async (id: string) => (await stages(id)).find(({ stage }) => stage === "woken")?.rung;
const sentSchema = z.object({ id: z.string() });
const send = async (to: string, body: string) =>
  sentSchema.parse((await run("pub", to, body, "--json")).json()).id;
const untilDone = (id: string) =>
  eventually(
    async () => ((await stages(id)).some(({ stage }) => stage === "done") ? true : undefined),
    () => `message ${id} to be done`,
  );
const saw = (text: string) => model.requests.some(({ texts }) => texts.some((each) => each.includes(text)));

async function start(name: string): Promise<WrappedAgent> {
  const agent = await startWrapped(fleet, { name, modelUrl: model.url });
  agents.push(agent);
  return agent;
}

beforeAll(async () => {
  [fleet, model] = await Promise.all([startFleet(), startDemoModel()]);
  await linkLibraries(fleet);
});
afterAll(async () => {
  for (const { terminal } of agents) terminal.close();
  await fleet?.close();
  await model?.close();
});

describe("a session in fleet wrap, without a multiplexer", () => {
  it("[row 73] is woken by a line that fleet types, proved by its own prompt", async () => {
    const { terminal } = await start("solo");
    const shown = (await run("session", "show", "solo", "--json")).json();
    expect(shown).toMatchObject({ state: "idle", hooked: true, pty: { pid: terminal.pid } });
    const outlook = (await run("doctor", "--wake", "solo", "--json")).json();
    expect(JSON.stringify(outlook)).toContain(`fleet wrap (pid ${terminal.pid}) holds its terminal`);

    const sent = await run("pub", "solo", "wake up token-solo", "--wait", "done", "--json");
    expect(sent.code).toBe(0);
    const { id } = z.object({ id: z.string() }).parse(sent.json());
    expect(await rungOf(id)).toBe("pty");
    expect(saw("token-solo")).toBe(true);
    expect(terminal.output().toString()).toMatch(/> 1 fleet message waits/);
  });

  it("[case 50] keeps a half-typed draft as it is, and is woken when the draft is gone", async () => {
    const { terminal } = await start("writer");
    terminal.type("my own half");
    await terminal.waitFor(/my own half/);
    const id = await send("writer", "patience token-writer");
    // Another one that was written to later is awake and done: here it was waited.
    const other = await run("pub", "solo", "meanwhile", "--wait", "done");
    expect(other.code).toBe(0);
    expect((await stages(id)).map(({ stage }) => stage)).not.toContain("woken");
    expect(terminal.output().toString()).not.toContain("fleet message");
    terminal.type(" thought\r");
    await model.waitFor(({ texts }) => texts.some((text) => text.includes("my own half thought")));
    await untilDone(id);
    expect(saw("token-writer")).toBe(true);
  });

  it("with a draft that is cleared it is woken in the same idle period", async () => {
    const { terminal } = await start("clearer");
    terminal.type("nothing much");
    await terminal.waitFor(/nothing much/);
    const id = await send("clearer", "now token-clearer");
    terminal.type("\u0015");
    await untilDone(id);
    expect(await rungOf(id)).toBe("pty");
    const [prompt = ""] = model.requests.flatMap(({ texts }) =>
      texts.filter((text) => text.includes("token-clearer")),
    );
    expect(prompt).not.toContain("nothing much");
  });
});

/** One that takes pastes in brackets, and says what it got byte for byte. */
const scribe = `#!${process.execPath}
process.stdout.write("\\u001b[?2004hscribe> ");
process.stdin.setRawMode(true);
let text = "";
process.stdin.on("data", (chunk) => {
  text += chunk;
  if (!text.endsWith("\\r")) return;
  console.log("got " + JSON.stringify(text));
  text = "";
});
`;

/** An agent without hooks: it runs what it is told to run. */
const parrot = `#!/bin/sh
printf 'parrot> '
while read -r line; do
  echo "heard: $line"
  case $line in *"fleet inbox"*) "$NODE" "$FLEET_COMMAND" inbox; "$NODE" "$FLEET_COMMAND" reply nevermore ;; esac
  printf 'parrot> '
done
`;

describe("a command without hooks in fleet wrap", () => {
  const open = async (name: string, ...flags: readonly string[]) => {
    const file = join(fleet.home, "parrot");
    await writeFile(file, parrot, { mode: 0o755 });
    const env = { NODE: process.execPath, FLEET_COMMAND: fleet.command };
    const terminal = await wrapCommand(fleet, { name, flags, argv: [file], env });
    agents.push({ name, terminal });
    return terminal;
  };

  it("[row 51] that was named is a session by what it prints, reads its mail and answers, is said to be weaker, and is woken by a typed line", async () => {
    const terminal = await open("polly", "--name", "polly");
    await fleet.untilState("polly", ["idle"], 30_000);
    expect((await run("session", "show", "polly", "--json")).json()).toMatchObject({
      ...{ hooked: false, cli: "parrot", pty: { pid: terminal.pid } },
      advice: "not hooked: taken for idle when it prints nothing, which is weaker than hooks",
    });
    const id = await send("polly", "a cracker token-polly");
    await terminal.waitFor(/heard: 1 fleet message waits[^]*token-polly[^]*parrot> /);
    await untilDone(id);
    expect(await rungOf(id)).toBe("pty");
    const answered = JSON.stringify((await run("inbox", "--json")).json());
    expect(answered).toMatch(/"from":[^}]*"polly"[^]*nevermore/);
    await fleet.untilState("polly", ["idle"], 30_000);
    terminal.type("\u0004");
    expect(await terminal.ended).toBe(0);
    await fleet.untilState("polly", ["ended"]);
  });

  it("[row 72] [row 87] gets its mail whole where that was chosen: one paste, without any escape of the sender's", async () => {
    const file = join(fleet.home, "scribe");
    await writeFile(file, scribe, { mode: 0o755 });
    const flags = ["--name", "clerk", "--type-body"];
    const terminal = await wrapCommand(fleet, { name: "clerk", flags, argv: [file] });
    agents.push({ name: "clerk", terminal });
    await fleet.untilState("clerk", ["idle"], 30_000);
    const id = await send("clerk", "first token-clerk\nsecond\u001b[201~\rrm -rf token-escaped\u0003");
    await untilDone(id);
    expect(await rungOf(id)).toBe("pty");
    const [, got = ""] = /got (".*")/.exec(terminal.output().toString()) ?? [];
    const pasted = z.string().parse(JSON.parse(got));
    const [, mail = ""] = /^\u001b\[200~([^\u001b]*)\u001b\[201~\r$/.exec(pasted) ?? [];
    expect(mail).toMatch(/from: lab\/me[^]*first token-clerk\nsecond\nrm -rf token-escaped\n/);
    expect(mail).not.toMatch(/[^\n\P{Cc}]/u);
  });

  it("whose hooks speak after all is one session by its hooks, under its name", async () => {
    const { file, env } = await demoAgent(fleet, { name: "tucked", modelUrl: model.url });
    const script = join(fleet.home, "tucked-in");
    await writeFile(script, `#!/bin/sh\nprintf 'press '\nread -r key\n"$NODE" "${file}"\n`, { mode: 0o755 });
    const own = { ...env, NODE: process.execPath };
    const terminal = await wrapCommand(fleet, {
      ...{ name: "tucked", flags: ["--name", "tucked"] },
      ...{ argv: [script], env: own },
    });
    agents.push({ name: "tucked", terminal });
    await terminal.waitFor(/press /);
    await fleet.untilState("tucked", ["idle"], 30_000);
    expect((await run("session", "show", "tucked", "--json")).json()).toMatchObject({ hooked: false });
    terminal.type("\r");
    await eventually(
      async () => {
        const shown = z.object({ hooked: z.boolean(), state: z.string() });
        const { hooked, state } = shown.parse((await run("session", "show", "tucked", "--json")).json());
        return hooked && state === "idle" ? true : undefined;
      },
      () => "the hooks of tucked to speak",
    );
    const sent = await run("pub", "tucked", "wake up token-tucked", "--wait", "done", "--json");
    expect(sent.code).toBe(0);
    expect(saw("token-tucked")).toBe(true);
    expect(JSON.stringify((await run("session", "list", "--json")).json())).not.toContain("tucked-2");
  });

  it("that was not named is none, and neither is a shell", async () => {
    const plain = await open("nameless");
    await plain.waitFor(/parrot> /);
    const shell = await wrapCommand(fleet, { name: "shell", flags: ["--name", "shell"], argv: ["sh"] });
    agents.push({ name: "shell", terminal: shell });
    shell.type("echo ready-$((1+1))\r");
    await shell.waitFor(/ready-2/);
    // Whoever comes later is there: these two would be.
    await open("later", "--name", "later");
    await fleet.untilState("later", ["starting", "idle"]);
    const listed = JSON.stringify((await run("session", "list", "--json")).json());
    expect(listed).not.toMatch(/"name":"(nameless|shell)"/);
  });
});
