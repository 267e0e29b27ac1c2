import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Message } from "@fleetbus/core";
import type { Items, TraceAnswer } from "@fleetbus/core/api";
import { beforeAll, describe, expect, test } from "vitest";
import { agentClis } from "../../support/agents/clis.ts";
import { useAgents, type Agent } from "../../support/agents/fleet.ts";
import { until } from "../../support/claude.ts";

/** One script for all of them: what a supervisor hears of a worker that says nothing itself. */
describe.each(agentClis.map((cli) => [cli.name, cli] as const))("the real %s", (...args) => {
  const [, cli] = args;
  const { open, fleet } = useAgents(cli);
  beforeAll(() => open());
  let web: Agent;

  test("[want 31] what a wake cost stands in the trace of its message and in its session", async () => {
    web = await fleet().start("web");
    if (cli.startsWithPrompt) await web.submit("[[say ready]]");
    await fleet().untilState("web", "idle", 30_000);
    const { id } = await fleet().tell("web", "[[say counted]]");
    const wakes = async () => (await fleet().json<TraceAnswer>("trace", id)).wakes ?? [];
    const isOver = async () => (await wakes()).length > 0;
    await until(isOver, { timeoutMs: 30_000, what: () => `the account of message ${id}` });
    const [account, ...others] = await wakes();
    expect(others).toEqual([]);
    expect(account).toMatchObject({ session: "lab/web", rung: cli.rung, outcome: "done" });
    const { wakeCost } = await fleet().session("web");
    const { stdout } = await fleet().run("trace", id);
    if (cli.name === "grok") {
      expect(account?.tokens).toBeUndefined();
      expect(wakeCost).toEqual({ wakes: 1, input: 0, cached: 0, output: 0 });
      expect(stdout).toContain("its CLI does not tell what that cost");
    } else {
      expect(account?.tokens?.input).toBeGreaterThanOrEqual(1000); // what the stub counts for a request
      expect(account?.tokens?.output).toBeGreaterThan(0);
      expect(wakeCost).toEqual({ wakes: 1, ...account?.tokens });
      expect(stdout).toMatch(/lab\/web woken by \w+: .+ \d+ tokens in.* \d+ out/u);
    }
  });

  test("[want 35] mail that gathered is read in one turn, by one wake", async () => {
    await fleet().configure('[wake]\nbatch = "1h"\n[[session]]\nmatch = "web"\nrole = "batched"\n');
    await fleet().untilSession("web", ({ role, state }) => role === "batched" && state === "idle");
    const ids = [await fleet().pub("web", "gathered one"), await fleet().pub("web", "gathered two")];
    const outlook = await fleet().run("doctor", "--wake", "web");
    expect(outlook.stdout).toMatch(/gathers for another \d+ s \(wake\.batch\)/u);
    for (const id of ids) expect((await fleet().trace(id)).map(({ stage }) => stage)).toEqual(["stored"]);
    await fleet().tell("web", "[[say all of it]]", "--priority", "high");
    for (const id of ids) await fleet().untilStage(id, "done");
    const [asked = ""] = fleet().model.asked.filter((request) => request.includes("gathered one"));
    for (const text of ["gathered two", "[[say all of it]]"]) expect(asked).toContain(text);
    await fleet().untilSession("web", ({ wakeCost }) => (wakeCost?.wakes ?? 0) > 1);
    expect((await fleet().session("web")).wakeCost?.wakes).toBe(2);
  });

  test("[want 31] its supervisor hears of the files that it wrote and of the tests that it ran, and so does everybody who listens", async () => {
    await fleet().configure('[[session]]\nmatch = "web"\nparent = "me"\n');
    // A turn that ends before the config is in force has no supervisor.
    await fleet().untilSession("web", ({ parent }) => parent === "me");
    const calls = cli.writes(join(web.project, "count.txt"));
    const words = [...calls.map(({ tool, input }) => `[[call ${tool} ${JSON.stringify(input)}]]`)];
    await writeFile(join(web.project, "package.json"), '{"scripts":{"test":"exit 3"}}');
    await fleet().tell(
      "web",
      [...words, "[[run npm test]]", "[[run true && pytest || true]]", "[[say worked]]"].join(" "),
    );
    const { work } = await fleet().untilSession(
      "web",
      ({ lastText, state }) => lastText === "worked" && state === "idle",
    );
    expect(await readFile(join(web.project, "count.txt"), "utf8")).toBe("two\n");
    const tests = [{ name: "npm test", ...(cli.tellsExit ? { passed: false } : {}) }, { name: "pytest" }];
    expect(work).toMatchObject({ files: ["count.txt"], tests });
    const ends = await fleet().run(
      "events",
      "--session",
      "web",
      "--kind",
      "turn.stopped",
      "--since",
      "1h",
      "--json",
    );
    const last: unknown = JSON.parse(ends.stdout.trim().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ data: { work } });
    const told: Message[] = [];
    const look = async () => {
      told.push(...(await fleet().json<Items<Message>>("inbox")).items);
      return told.length > 0;
    };
    await until(look, { timeoutMs: 30_000, what: () => "what its supervisor hears" });
    const ran = cli.tellsExit ? "npm test failed, pytest ran" : "npm test ran, pytest ran";
    expect(told[0]?.body).toContain(`\n\nFiles: count.txt\nTests: ${ran}\n\nIt last said:\nworked`);
  });

  test("[want 9] [want 31] its supervisor hears that its turn is done and what it cost, that one failed at the API, and that one was interrupted, each by one message", async () => {
    await web.submit("[[say ready]]");
    await fleet().untilSession("web", ({ lastText, state }) => lastText === "ready" && state === "idle");
    await web.submit("[[fail 400]] now");
    await fleet().untilSession("web", ({ state, outcome }) => state === "idle" && outcome === "error");
    const file = join(web.project, "working");
    await web.submit("[[run touch working; sleep 600]]");
    await until(() => existsSync(file), { timeoutMs: 30_000, what: () => "its tool to run" });
    await web.press(cli.interrupt);
    await fleet().untilSession("web", ({ outcome }) => outcome === "interrupted");
    const told: Message[] = [];
    const look = async () => {
      told.push(...(await fleet().json<Items<Message>>("inbox")).items);
      return told.length >= 3;
    };
    await until(look, { timeoutMs: 30_000, what: () => `three messages; there are ${JSON.stringify(told)}` });
    expect(told.map(({ subject, priority }) => [subject, priority])).toEqual([
      ["web: is done with its turn", "low"],
      ["web: ended its turn with an error", "high"],
      ["web: was interrupted", "normal"],
    ]);
    const [done, failed] = told.map(({ body }) => body);
    expect(done).toMatch(/It last said:\nready$/);
    expect(/; \d+ tokens in( \(\d+ cached\))?, \d+ out\./.test(done ?? "")).toBe(cli.name !== "grok");
    expect(failed).toContain("stub 400");
  });

  test("[want 11] at a usage limit it is parked until the time that it says, which its supervisor hears; its mail waits, and comes with the next prompt", async (context) => {
    context.skip(cli.name === "gemini", "it asks what to do in a dialog, of which no hook tells");
    await web.submit("[[fail 429]] now");
    const { parkedUntil = "" } = await fleet().untilSession("web", ({ state }) => state === "parked", 60_000);
    expect(Date.parse(parkedUntil)).toBeGreaterThan(Date.now());
    if (cli.name !== "codex") expect(parkedUntil).toMatch(/T15:00:00\.000Z$/u);
    const told: Message[] = [];
    const look = async () => {
      told.push(...(await fleet().json<Items<Message>>("inbox")).items);
      return told.length > 0;
    };
    await until(look, { timeoutMs: 30_000, what: () => "what its supervisor hears" });
    expect(told.map(({ subject, priority }) => [subject, priority])).toEqual([
      [`web: is parked by a usage limit until ${parkedUntil}`, "high"],
    ]);
    expect(told[0]?.body).toMatch(/You.ve hit your usage limit/u);
    const id = await fleet().pub("web", "for when it can again", "--priority", "high");
    expect((await fleet().run("doctor", "--wake", "web")).stdout).toContain(parkedUntil);
    expect((await fleet().trace(id)).map(({ stage }) => stage)).not.toContain("woken");
    await web.submit("[[say again]]");
    await fleet().untilStage(id, "done");
    expect(await fleet().session("web")).not.toHaveProperty("parkedUntil");
  });
});
