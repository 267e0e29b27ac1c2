import { execFile } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { FleetEvent } from "@fleetbus/core";
import type { SessionView } from "@fleetbus/core/api";
import { findClaudeBinary } from "../support/claude-binary.ts";
import { must } from "../support/claude-fleet/ask.ts";
import { useFleet } from "../support/claude-fleet/fleet.ts";

const run = promisify(execFile);

describe("the plugin in the real Claude Code", () => {
  const { open, fleet } = useFleet();
  const hooks = (...argv: readonly string[]) => must(fleet().run("hooks", ...argv, "--apply"));
  const folder = () => join(fleet().fleetHome, "../home/.claude/skills/fleet");
  const env = () => ({ FLEET_HOME: fleet().fleetHome });
  const permissionMode = "bypassPermissions";
  beforeAll(() => open({ hooked: false }));

  /** How often each kind of event was told of a session. */
  async function countsOf(name: string): Promise<Readonly<Record<string, number>>> {
    const { stdout } = await must(fleet().run("events", "--session", name, "--json"));
    const events: readonly FleetEvent[] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const kinds = [...new Set(events.map(({ kind }) => kind))];
    return Object.fromEntries(
      kinds.map((kind) => [kind, events.filter((event) => event.kind === kind).length]),
    );
  }

  test("makes a session of its own: listed, told, woken, done, with nothing in its settings", async () => {
    await hooks("install", "--claude", "--plugin");
    const worker = await fleet().start("plugged", { env: env(), permissionMode });
    expect(await fleet().session("plugged")).toMatchObject({ cli: "claude", pid: worker.pid, hooked: true });
    const told = await fleet().tell("plugged", "[[say plugged in]]");
    expect(told).toMatchObject({ rung: "rewake", lastText: "plugged in", outcome: "done" });
    const { stdout } = await fleet().run("hooks", "status", "--claude");
    expect(stdout).toMatch(/installed +\S*\/skills\/fleet /);
  });

  test("is what the CLI's own check takes for a plugin, with all its parts", async () => {
    const { path = "" } = findClaudeBinary(process.env);
    const env = { HOME: join(folder(), "../../.."), PATH: "/usr/bin:/bin", NO_COLOR: "1" };
    const { stdout } = await run(path, ["plugin", "validate", folder()], { env, timeout: 30_000 });
    expect(stdout).toContain("Validation passed");
    for (const part of ["hooks: SessionStart command", "skills: fleet:bus", "fleet:inbox", "bin: fleet"])
      expect(stdout).toContain(part);
  });

  test("brings fleet along where the session's PATH has none, and its human's commands", async () => {
    const worker = await fleet().start("handy", { env: env(), permissionMode });
    // Its bin stands behind all that is on the user's PATH, so that a fleet of their own comes first.
    await worker.submit("[[run test -e ${PATH##*:}/../hooks/hooks.json && ${PATH##*:}/fleet whoami]] go");
    const isTold = ({ state, lastText = "" }: SessionView) =>
      state === "idle" && lastText.startsWith("DONE lab/handy ");
    await fleet().untilSession("handy", isTold, 30_000);
    await worker.submit("/fleet:inbox");
    const asked = await fleet().model.waitFor(({ messages }) =>
      messages.some(({ text }) => text.includes("What waited for this session")),
    );
    expect(asked.messages.some(({ text }) => text.includes("answer with `fleet reply`"))).toBe(true);
  });

  test("works by --plugin-dir for one session as well", async () => {
    const copy = join(folder(), "../../../plugin of fleet");
    await cp(folder(), copy, { recursive: true });
    await hooks("uninstall", "--claude");
    await fleet().start("given", { args: ["--plugin-dir", copy], permissionMode });
    expect(await fleet().tell("given", "[[say by folder]]")).toMatchObject({ lastText: "by folder" });
    await rm(copy, { recursive: true });
  });

  test("beside the hooks in the settings each event counts once, and a message is given once", async () => {
    await hooks("install", "--claude");
    await hooks("install", "--claude", "--plugin");
    const worker = await fleet().start("both", { permissionMode });
    await worker.submit("[[run true]] go");
    await fleet().untilSession("both", ({ state, outcome }) => state === "idle" && outcome === "done");
    expect(await fleet().tell("both", "only once, please [[say once]]")).toMatchObject({ lastText: "once" });
    const last = fleet().model.holding("only once, please").at(-1);
    const given = last?.messages.filter(({ text }) => text.includes("only once, please")) ?? [];
    expect(given).toHaveLength(1);
    // A tool's end is told by the tool and by its batch.
    expect(await countsOf("both")).toMatchObject({
      ...{ "session.started": 1, "prompt.submitted": 2, "turn.stopped": 2 },
      ...{ "tool.started": 1, "tool.finished": 2 },
    });
  });
});
