import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let web: ScriptedAgent;
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet();
  web = await startScriptedAgent(fleet, "web");
});
afterAll(async () => {
  await web?.close();
  await fleet?.close();
});

const sentSchema = z.object({ id: z.string() });
const statusSchema = z.object({ spool: z.object({ pending: z.number() }) });
const traceSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), reason: z.string().optional() })),
});
const lettersSchema = z.object({
  items: z.array(
    z.object({ seq: z.number(), consumer: z.string(), reason: z.string(), preview: z.string() }),
  ),
});

const spooled = async () => statusSchema.parse((await fleet.api("GET", "/v1/status")).json).spool.pending;

/** From now on a sender's subject takes so many. */
async function guardAt(maxPerSubject: number): Promise<void> {
  const connection = await connectAsChecker(await fleet.hub());
  const manager = await connection.jetstreamManager();
  await manager.streams.update("MAIN_INBOX", { max_msgs_per_subject: maxPerSubject });
  await connection.close();
}

describe("a message that was spooled while the server was away and is refused by it afterwards", () => {
  it("ends with the reason for who waits and in its trace, and its body is a dead letter that can be sent again", async () => {
    await run("pub", "web", "the first", "--note");
    await guardAt(1);
    const server = await fleet.serverPid();
    process.kill(server, "SIGSTOP");
    const waiting = run("pub", "web", "kept body token-refused", "--note", "--wait", "done", "--json");
    await eventually(
      async () => ((await spooled()) > 1 ? true : undefined),
      () => "it and its receipt to be spooled",
      30_000,
    ).finally(() => process.kill(server, "SIGCONT"));
    const waited = await waiting;
    expect(waited.code).not.toBe(0);
    expect(waited.stdout + waited.stderr).toContain("refused");
    const { id } = sentSchema.parse(waited.json());
    const { stages } = traceSchema.parse((await run("trace", id, "--json")).json());
    expect(stages.map((each) => each.stage)).toEqual(["stored", "refused"]);
    expect(stages[1]?.reason).toMatch(/per subject.*dead letters/);
    const { items } = lettersSchema.parse((await run("dead", "list", "--json")).json());
    const letter = items.find((each) => each.preview.includes("token-refused"));
    expect(letter).toMatchObject({ consumer: "lab=spool" });
    await guardAt(10_000);
    expect((await run("dead", "retry", String(letter?.seq))).code).toBe(0);
    expect(await web.prompt("what is there?")).toContain("token-refused");
  });
});
