import { getContainerRuntimeClient } from "testcontainers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../support/tmux.ts";
import { processesSeenBy } from "./machine/looking.ts";
import { startMachine, type Machine, type User } from "./machine/machine.ts";
import { startSession, type MachineSession } from "./machine/session.ts";
import { stagesOf } from "./machine/stages.ts";

let machine: Machine;
let ann: User;
let web: MachineSession;

beforeAll(async () => {
  machine = await startMachine({ name: "lab" });
  ann = machine.as("ann");
});

afterAll(() => machine.stop());

const statusSchema = z.object({ machine: z.string(), server: z.object({ isManaged: z.boolean() }) });
const checksSchema = z.object({ items: z.array(z.object({ isOk: z.boolean(), text: z.string() })) });
const sessionsSchema = z.object({ items: z.array(z.object({ name: z.string(), state: z.string() })) });

/** What ann runs, one command line each. */
async function running(): Promise<readonly string[]> {
  const all = await processesSeenBy(machine.as("root"));
  return all.filter(({ owner }) => owner === "ann").map(({ args }) => args);
}

describe("an ordinary user on a machine that has never seen fleet", () => {
  test("has the command that the tarballs install", async () => {
    expect((await ann.fleet("version")).stdout).toMatch(/^fleet +\d+\.\d+\.\d+\nnode +20\./);
    expect(await running()).toEqual([]);
  });

  test("starts it: fleet bears the host's name and runs a server of its own, and the doctor finds nothing", async () => {
    expect((await ann.fleet("up")).stderr).toMatch(/fleet: daemon .* of lab, pid \d+, server nats:/);
    const status = statusSchema.parse(JSON.parse((await ann.fleet("status", "--json")).stdout));
    expect(status).toEqual({ machine: "lab", server: { isManaged: true } });
    const { items } = checksSchema.parse(JSON.parse((await ann.fleet("doctor", "--json")).stdout));
    expect(items.length).toBeGreaterThan(5);
    expect(items.filter(({ isOk }) => !isOk)).toEqual([]);
    const programs = [/fleet\.js up --foreground/, /^\/usr\/local\/bin\/nats-server /];
    const found = await running();
    expect(programs.filter((program) => found.filter((args) => program.test(args)).length !== 1)).toEqual([]);
    expect(found).toHaveLength(2);
  });

  test("installs the hooks; a session whose hooks call the installed client is listed", async () => {
    const { stdout } = await ann.fleet("hooks", "install", "--claude", "--apply");
    expect(stdout).toContain(`+            "command": "${ann.home}/.local/share/fleet/hooks/fleet-hook"`);
    web = await startSession(ann, "web");
    const { items } = sessionsSchema.parse(JSON.parse((await ann.fleet("session", "list", "--json")).stdout));
    expect(items).toEqual([{ name: "web", state: "idle" }]);
  });

  test("says something to it, and sees that it was shown and done", async () => {
    const id = "first-words";
    await ann.fleet("pub", "web", "the API is on :8081 now", "--id", id);
    const shown = await web.hook("UserPromptSubmit", { prompt: "go on" });
    expect(shown).toContain("from: lab/me (agent)");
    expect(shown).toContain("the API is on :8081 now");
    await web.hook("PreToolUse", { tool_name: "Bash", tool_use_id: "t1" });
    await web.hook("Stop", { last_assistant_message: "noted" });
    expect(await stagesOf(ann, id)).toEqual(["stored", "offered", "shown", "done"]);
  });

  test("ends it: nothing runs, and nothing outside of the home was touched", async () => {
    await ann.fleet("down");
    await machine.as("root").run(`kill ${web.pid}`);
    await eventually(
      async () => ((await running()).length === 0 ? true : undefined),
      () => "everything of ann's to end",
    );
    const changed = await changedPaths();
    expect(changed.filter((path) => path.startsWith(`${ann.home}/.local/share/fleet/`))).not.toEqual([]);
    expect(changed.filter((path) => !path.startsWith(`${ann.home}/`))).toEqual(["/home", "/home/ann"]);
  });
});

const changesSchema = z.array(z.object({ Path: z.string() }));

/** What differs from the image, as the engine itself sees it. */
async function changedPaths(): Promise<readonly string[]> {
  const { container } = await getContainerRuntimeClient();
  const changes: unknown = await container.getById(machine.container.getId()).changes();
  return changesSchema.parse(changes).map(({ Path }) => Path);
}
