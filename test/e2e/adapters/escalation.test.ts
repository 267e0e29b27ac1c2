import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually, startTmux } from "../../support/tmux.ts";
import { show } from "./watching.ts";

const people = fileURLToPath(new URL("people.mjs", import.meta.url));
const noticeSchema = z.object({
  adapter: z.string(),
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  isResolved: z.boolean(),
});
const traceSchema = z.object({
  stages: z.array(
    z.object({ stage: z.string(), rung: z.string().optional(), reason: z.string().optional() }),
  ),
});

let fleet: Fleet;
let receiver: Receiver;
let puppet: Puppet | undefined;
/** What was there before the test. */
let before = 0;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  receiver = await startReceiver();
  fleet = await startFleet({ config: "" });
  await copyFile(people, join(fleet.home, "people.mjs"));
});
beforeEach(() => void (before = receiver.received.length));
afterAll(async () => {
  await puppet?.kill();
  await fleet.close();
  await receiver.close();
});

const entry = (name: string) =>
  [
    ...["[[adapter]]", `name = "${name}"`, 'type = "./people.mjs"', `target = "${receiver.url}"`],
    ...[`allow_private = ["${receiver.host}"]`, ""],
  ].join("\n");

/** What came since the test began: `adapter kind`, with `over` for a resolve. */
function told(isMeant: (id: string) => boolean = () => true): readonly string[] {
  const meant = receiver.received.slice(before).filter(({ id }) => isMeant(id));
  return meant.map(({ body }) => {
    const { adapter, kind, isResolved } = noticeSchema.parse(JSON.parse(body));
    return `${adapter} ${isResolved ? "over" : kind}`;
  });
}

async function until(what: string, is: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  await eventually(
    async () => ((await is()) ? true : undefined),
    () => `${what}; told: ${told().join(", ")}`,
    timeoutMs,
  );
}

/** In force and connected when it resolves. */
async function useConfig(via: readonly string[], after: string): Promise<void> {
  const me = `[me]\nvia = ${JSON.stringify(via)}\nescalate_after = "${after}"\n`;
  await writeFile(fleet.paths.configFile, me + via.map(entry).join(""));
  await until(`adapters ${via.join(", ")}`, async () => {
    const { text } = await fleet.api("GET", "/v1/adapters");
    return via.every((name) => new RegExp(`"name":"${name}"[^}]*"state":"connected"`).test(text));
  });
}

const pub = async (...argv: readonly string[]) => expect((await run("pub", ...argv)).code).toBe(0);
const stagesOf = async (id: string) => traceSchema.parse((await run("trace", id, "--json")).json()).stages;
const received = "message.received";

/** Sends of an adapter that are on record: only what a kill comes before may be repeated. */
const recordsOf = async (name: string) =>
  (await show(fleet, name)).last.filter(({ state }) => state === "done").length;

describe("[want 16] what waits for me", () => {
  test("fleet pub me: the first of via is told, then the second, then the inbox is read, and both hear that it is over", async () => {
    await useConfig(["phone", "mail", "pager"], "2s");
    await pub("me", "look at the build", "--id", "look-1");
    await until("the first two", () => told().length >= 2);
    expect(told()).toEqual([`phone ${received}`, `mail ${received}`]);
    const [first, second] = receiver.received.slice(before);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1900);
    expect(first?.body).toContain("look at the build");
    expect((await run("inbox")).stdout).toContain("look at the build");
    await until("the end of both", () => told().length >= 4);
    await pub("me", "so much later");
    await until("the third one", () => told().includes(`pager ${received}`));
    const own = told((id) => id.startsWith(first?.id ?? ""));
    expect(own.toSorted()).toEqual([`mail ${received}`, "mail over", `phone ${received}`, "phone over"]);
    await run("inbox");
    await until("the end of all", () => told().filter((each) => each.endsWith("over")).length === 5);
    const stages = await stagesOf("look-1");
    expect(stages.flatMap(({ stage, rung }) => (stage === "woken" ? [rung] : []))).toEqual(["phone", "mail"]);
  });

  test("where nobody answers, its sender, doctor and the overview say so", async () => {
    await useConfig(["one", "two"], "1s");
    await pub("me", "is anybody there", "--id", "nobody-1");
    await until("the end of the list", async () =>
      (await stagesOf("nobody-1")).some(({ stage }) => stage === "deferred"),
    );
    expect((await stagesOf("nobody-1")).find(({ stage }) => stage === "deferred")?.reason).toBe(
      "not read: told by one, told by two",
    );
    const doctor = await run("doctor");
    expect(doctor.stdout).toMatch(/FAIL {2}you: 1 waits, 1 of them all of me\.via were told of/);
    expect((await run()).stdout).toContain("1 for you (fleet inbox)");
    await run("inbox");
    await until("the end of it", () => told().filter((each) => each.endsWith("over")).length === 2);
    expect((await run()).stdout).not.toContain("for you");
    expect((await run("doctor")).stdout).toContain("ok    you: nothing waits");
  });

  test("fleet ask me: the reply ends it, and nobody is told of the reply", async () => {
    await useConfig(["phone", "mail"], "30s");
    const asking = run("ask", "me", "which port?", "--timeout", "30s");
    await until("the question", () => told().length === 1);
    expect((await run("reply", "8080")).code).toBe(0);
    expect(await asking).toMatchObject({ code: 0, stdout: expect.stringContaining("8080") });
    await until("the end", () => told().length === 2);
    expect(told()).toEqual([`phone ${received}`, "phone over"]);
    expect((await run("inbox")).stdout).not.toContain("8080");
  });

  test("kill -9 between two steps: nothing is sent twice, nothing is left out", async () => {
    await useConfig(["phone", "mail"], "4s");
    const [byPhone, byMail] = [await recordsOf("phone"), await recordsOf("mail")];
    for (const id of ["k1", "k2", "k3"]) await pub("me", `news ${id}`, "--id", id);
    await until("the first step of all", async () => (await recordsOf("phone")) === byPhone + 3);
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    await until("the second step of all", async () => (await recordsOf("mail")) === byMail + 3);
    await fleet.daemon.kill("SIGKILL");
    await run("inbox"); // there is no daemon to ask
    await fleet.daemon.start();
    await run("inbox");
    await until("the end of all", () => told().length >= 12);
    const ids = receiver.received
      .slice(before)
      .map(({ id, body }) => `${id} ${noticeSchema.parse(JSON.parse(body)).adapter}`);
    expect(new Set(ids).size).toBe(12);
    expect(ids).toHaveLength(12);
  });
});

describe("[want 16] a permission that a session waits for", () => {
  const request = { tool_name: "Bash", tool_input: { command: "rm -rf build" } };

  test("goes the same way, over a kill -9 too, and is withdrawn when it is resolved", async () => {
    await useConfig(["phone", "mail"], "3s");
    const records = await recordsOf("phone");
    puppet = await startPuppet({ name: "web", home: fleet.home, client: fleet.client });
    await puppet.prompt("go");
    await puppet.hook("PermissionRequest", request);
    await fleet.untilState("web", ["waiting"]);
    await until("the first step", () => told().length === 1);
    await until("its record", async () => (await recordsOf("phone")) === records + 1);
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    await until("both steps", () => told().length === 2);
    expect(told()).toEqual(["phone permission.requested", "mail permission.requested"]);
    await puppet.hook("PostToolUse", { tool_name: "Bash", tool_input: {}, tool_response: {} });
    await until("both ends", () => told().length === 4);
    expect(told().slice(2).toSorted()).toEqual(["mail over", "phone over"]);
    await puppet.hook("PermissionRequest", request);
    await until("the next request", () => told().length === 5);
    await puppet.hook("PermissionDenied", { tool_name: "Bash" });
    await until("its end", () => told().length === 6);
    expect(told().slice(4)).toEqual(["phone permission.requested", "phone over"]);
  });

  test("is nobody's news while its pane is looked at, and the phone's when nobody is there", async () => {
    await useConfig(["phone", "mail"], "60s");
    const [tmux, person] = [await startTmux(), await startTmux()];
    try {
      const pane = await tmux.openPane({ session: "watched" });
      const attach = `env -u TMUX tmux -L ${tmux.name} attach -t watched`;
      const terminal = await person.openPane({ command: ["sh", "-c", attach] });
      await until("the client", async () => (await tmux.command("list-clients")) !== "");
      const env = { TMUX: `${tmux.socket},1,0`, TMUX_PANE: pane };
      const pid = Number(await tmux.fact(pane, "pane_pid"));
      const watched = await startPuppet({
        name: "watched",
        home: fleet.home,
        client: fleet.client,
        env,
        pid,
      });
      await watched.prompt("go");
      await watched.hook("PermissionRequest", request);
      await fleet.untilState("watched", ["waiting"]);
      await pub("me", "what comes after it", "--id", "after-1");
      await until("what comes after it", () => told().length === 1);
      expect(told()).toEqual([`phone ${received}`]);
      await person.command("kill-pane", "-t", terminal);
      await until("the phone", () => told().length === 2);
      expect(told()).toEqual([`phone ${received}`, "phone permission.requested"]);
    } finally {
      await Promise.all([tmux.kill(), person.kill()]);
    }
    await until("the end with the lost session", () => told().includes("phone over"));
  });
});
