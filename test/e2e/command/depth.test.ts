import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeMessage, newMessage, systemClock } from "@fleetbus/core";
import { headers as newHeaders, type NatsConnection } from "nats";
import { z } from "zod";
import { connectAsChecker, readReceipts } from "../../support/checker/stored.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { noGuards, startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent, type ScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { eventually } from "../../support/tmux.ts";

const depth = 1000;
const notes = 9000;

let fleet: Fleet;
let web: ScriptedAgent;
let connection: NatsConnection;
const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  fleet = await startFleet({ config: `${noGuards}\n[inbox]\ndepth = ${depth}\n` });
  web = await startScriptedAgent(fleet, "web");
  connection = await connectAsChecker(await fleet.hub());
});
afterAll(async () => {
  await connection?.close();
  await web?.close();
  await fleet?.close();
});

const sessionSchema = z.object({ inbox: z.number() });
const sentSchema = z.object({ id: z.string() });
const traceSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), reason: z.string().optional() })),
});

/** Straight to the server, as fast as it takes them. */
async function storeNotes(count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, number) => `note-${number}`);
  for (let at = 0; at < count; at += 500) await Promise.all(ids.slice(at, at + 500).map(storeNote));
}

async function storeNote(id: string): Promise<void> {
  const from = { machine: "lab", session: "feed" };
  const said = { from, to: { machine: "lab", session: "web" }, id, body: `body of ${id}` } as const;
  const made = newMessage({ ...said, kind: "note", origin: "agent" }, { ids: () => id, clock: systemClock });
  const { subject, headers, data, dedupeId } = encodeMessage("main", made);
  const all = newHeaders();
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  await connection.jetstream().publish(subject, data, { headers: all, msgID: dedupeId });
}

const deferredIds = async () =>
  (await readReceipts(connection)).filter(({ stage }) => stage === "deferred").map(({ id }) => id);
const stagesOf = async (id: string) => traceSchema.parse((await run("trace", id, "--json")).json()).stages;
const waiting = async () => sessionSchema.parse((await run("session", "show", "web", "--json")).json()).inbox;

describe("an inbox with nine thousand notes", () => {
  it("tells the sender of each note beyond its depth once that it waits, in seconds", async () => {
    await storeNotes(notes);
    const startedAt = performance.now();
    await eventually(
      async () => ((await deferredIds()).length >= notes - depth ? true : undefined),
      () => "a receipt for each note beyond the depth",
      60_000,
    );
    process.stdout.write(`${notes} notes, receipts after ${Math.round(performance.now() - startedAt)} ms\n`);
    expect(await waiting()).toBe(notes);
    expect(await stagesOf("note-8999")).toMatchObject([
      { stage: "deferred", reason: expect.stringContaining("1000 wait already") },
    ]);
  });

  it("offers what is urgent first of all, at once", async () => {
    await run("pub", "web", "drop all token-urgent", "--priority", "urgent", "--note", "--id", "u1");
    const startedAt = performance.now();
    const context = await web.prompt("what is there?");
    process.stdout.write(`the prompt's hook took ${Math.round(performance.now() - startedAt)} ms\n`);
    expect(context.indexOf("token-urgent")).toBeGreaterThan(0);
    expect(context.indexOf("token-urgent")).toBeLessThan(context.indexOf("body of note-"));
    expect(context).toMatch(/89\d\d more wait/);
  });

  it("recalls what waits for room", async () => {
    const sent = await run("pub", "web", "never mind token-recalled", "--note", "--json");
    const { id } = sentSchema.parse(sent.json());
    expect((await run("cancel", id)).code).toBe(0);
    expect((await stagesOf(id)).at(-1)).toMatchObject({ stage: "cancelled" });
  });

  it("loses none and tells nobody twice over a kill -9 of the daemon, and moves on as turns end", async () => {
    const before = (await deferredIds()).length;
    await web.stop();
    await eventually(
      async () => ((await stagesOf("u1")).at(-1)?.stage === "done" ? true : undefined),
      () => "the turn's end",
    );
    await fleet.daemon.kill("SIGKILL");
    const startedAt = performance.now();
    await fleet.daemon.start();
    const left = await eventually(
      async () => ((await waiting()) > notes - 500 ? await waiting() : undefined),
      () => "the inbox to be as it was",
      60_000,
    );
    process.stdout.write(`${left} there ${Math.round(performance.now() - startedAt)} ms after the restart\n`);
    const context = await web.prompt("and now?");
    expect(context).toContain("body of note-");
    expect(context).not.toContain("token-urgent");
    const told = await deferredIds();
    expect(new Set(told).size).toBe(told.length);
    expect(told.length - before).toBeLessThan(1500); // those that a turn's answer had no room for
  });
});
