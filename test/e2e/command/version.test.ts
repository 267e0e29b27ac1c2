import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import type { DemoAgent } from "../../support/fleet/agent.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;
let web: DemoAgent;

/** As a user of the new version: what it needs is started, what is old is replaced. */
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv, { env: { FLEET_NO_AUTOSTART: "" } });
const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  server: z.object({ pid: z.number() }),
});
const traceSchema = z.object({ stages: z.array(z.object({ stage: z.string() })) });

beforeAll(async () => {
  fleet = await startFleet({ env: { FLEET_TEST_VERSION: "0.0.9" } });
  model = await startDemoModel();
  web = await fleet.startAgent({ name: "web", modelUrl: model.url });
  await fleet.untilState("web", ["idle"]);
});
afterAll(async () => {
  await run("down"); // the daemon of the command's own
  await fleet.close();
  await model.close();
});

const stagesOf = async (id: string) =>
  traceSchema.parse((await run("trace", id, "--json")).json()).stages.map((each) => each.stage);
/** Head and body of each offer that the model got of the message with this text, in order. */
function offersOf(text: string): readonly string[] {
  const fence = /\[fleet:([a-z0-9]+)\] message [\s\S]*?\[fleet:\1\] end of message/g;
  const all = model.requests.flatMap(({ texts }) => texts.flatMap((each) => each.match(fence) ?? []));
  return [...new Set(all.filter((offer) => offer.includes(text)))];
}

/** Sent past the handshake, as an older command did. */
async function say(body: string): Promise<string> {
  const caller = { pid: process.pid, ancestors: [], hasTty: false };
  const answer = await fleet.api("POST", "/v1/messages", { caller, target: "web", body });
  return z.object({ id: z.string() }).parse(answer.json).id;
}

describe("a daemon of another version", () => {
  it("[case 46] [row 175] is replaced by the first command that meets it; what was said before arrives, and what is repeated says so", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    model.answerWith(async () => {
      await held;
      return { text: "held, then answered" };
    });
    const shown = await say("before the update token-shown");
    await model.waitFor((request) => request.texts.some((text) => text.includes("token-shown")));
    const waiting = await say("in the queue token-waiting");
    const before = statusSchema.parse((await fleet.api("GET", "/v1/status")).json);
    expect(before.version).toBe("0.0.9");

    const sent = await run("pub", "web", "by the new one token-new", "--json");
    expect(sent.code).toBe(0);
    expect(sent.stderr).toMatch(/restarting the daemon: .*0\.0\.9/);
    const { id: fresh } = z.object({ id: z.string() }).parse(sent.json());
    await eventually(
      () => (fleet.daemon.isRunning ? undefined : true),
      () => "the old daemon to be gone",
    );
    const after = statusSchema.parse((await run("status", "--json")).json());
    expect(after.version).not.toBe("0.0.9");
    expect(after.server.pid).toBe(before.server.pid);

    release();
    for (const id of [shown, waiting, fresh])
      await eventually(
        async () => (await stagesOf(id)).includes("done") || undefined,
        () => `message ${id} to be done`,
        20_000,
      );
    expect(web.isRunning).toBe(true);
    for (const [token, times] of [
      ["token-shown", 2],
      ["token-waiting", 1],
      ["token-new", 1],
    ] as const) {
      const offers = offersOf(token);
      expect(offers.length).toBeGreaterThan(0);
      expect(offers.length).toBeLessThanOrEqual(times);
      // A daemon that has not seen the turn's start may offer again what it held, but says so.
      expect(offers.map((head) => head.includes("redelivered:"))).toEqual(
        offers.map((_, index) => index > 0),
      );
    }
  });
});
