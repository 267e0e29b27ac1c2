import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "@fleetbus/core";
import type { Items } from "@fleetbus/core/api";
import { beforeAll, describe, expect, test } from "vitest";
import { agentClis } from "../../support/agents/clis.ts";
import { useAgents } from "../../support/agents/fleet.ts";
import { until } from "../../support/claude.ts";

/** One script for all of them: what a supervisor hears of a worker that says nothing itself. */
describe.each(agentClis.map((cli) => [cli.name, cli] as const))("the real %s", (...args) => {
  const [, cli] = args;
  const { open, fleet } = useAgents(cli);
  beforeAll(() => open());

  test("[want 9] [want 31] its supervisor hears that its turn is done and what it cost, that one failed at the API, and that one was interrupted, each by one message", async () => {
    await fleet().configure('[[session]]\nmatch = "web"\nparent = "me"\n');
    const web = await fleet().start("web");
    // A turn that ends before the config is in force has no supervisor; who is listed with its first prompt only starts after it.
    if (!cli.startsWithPrompt) await fleet().untilSession("web", ({ parent }) => parent === "me");
    await web.submit("[[say ready]]");
    await fleet().untilSession("web", ({ outcome, parent }) => outcome === "done" && parent === "me");
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
});
