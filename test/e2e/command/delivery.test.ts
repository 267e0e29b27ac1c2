import { z } from "zod";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startDemoModel, type DemoModel } from "../../support/demo-model.ts";
import type { DemoAgent } from "../../support/fleet/agent.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";

let fleet: Fleet;
let model: DemoModel;
let web: DemoAgent;

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);
const traceSchema = z.object({
  stages: z.array(z.object({ stage: z.string(), rung: z.string().optional(), proof: z.string().optional() })),
});
const consumersSchema = z.object({
  items: z.array(z.object({ name: z.string(), pending: z.number(), ackPending: z.number() })),
});

beforeAll(async () => {
  fleet = await startFleet();
  model = await startDemoModel();
  web = await fleet.startAgent({ name: "web", modelUrl: model.url, isInTmux: true });
  await fleet.untilState("web", ["idle"]);
});
afterAll(async () => {
  await fleet?.close();
  await model?.close();
});
beforeEach(async () => {
  model.answerWith(() => Promise.resolve({ text: "ok" }));
  await fleet.untilState("web", ["idle"]);
});

async function inboxNumbers() {
  const { items } = consumersSchema.parse((await run("consumer", "list", "--json")).json());
  return items.find((item) => item.name === "lab=web");
}

const saw = (text: string) =>
  model.requests.filter((request) => request.texts.some((each) => each.includes(text)));

/** The model is asked, and answers only when the test lets it. */
function holdModel(): () => void {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  model.answerWith(async () => {
    await held;
    return { text: "held, then answered" };
  });
  return release;
}

describe("fleet pub to an idle session", () => {
  it("[want 1] [want 4] [row 1] wakes it, and its sender sees each stage up to the turn's own end", async () => {
    const sent = await run(
      "pub",
      "web",
      "say hello token-one",
      "--wait",
      "done",
      "--timeout",
      "20s",
      "--json",
    );
    expect(sent.stderr + String(sent.code)).toMatch(/0$/);
    const answer = z.object({ id: z.string() }).parse(sent.json());
    const { stages } = traceSchema.parse((await run("trace", answer.id, "--json")).json());
    expect(stages.map((each) => each.stage)).toEqual(["stored", "woken", "offered", "shown", "done"]);
    expect(stages.find((each) => each.stage === "shown")?.proof).toBe("request");
    expect(saw("token-one").length).toBeGreaterThan(0);
    expect(saw("lab/me").length).toBeGreaterThan(0);
  });

  it("[case 9] [case 6] counts what is shown and not yet done as unacknowledged", async () => {
    const release = holdModel();
    await run("pub", "web", "long work token-two");
    await model.waitFor((request) => request.texts.some((text) => text.includes("token-two")));
    expect(await inboxNumbers()).toMatchObject({ pending: 0, ackPending: 1 });
    release();
    await eventually(
      async () => ((await inboxNumbers())?.ackPending === 0 ? true : undefined),
      () => "the end of the turn to acknowledge",
    );
  });

  it("[case 37] [row 55] never wakes for a note, which rides along with the next request", async () => {
    const before = model.requests.length;
    await run("pub", "web", "just so you know token-note", "--note");
    await run("pub", "web", "work token-three", "--wait", "done", "--timeout", "20s");
    const [first] = saw("token-note");
    expect(first?.texts.some((text) => text.includes("token-note") && text.includes("token-three"))).toBe(
      true,
    );
    expect(model.requests.slice(before).findIndex((request) => request === first)).toBe(0);
  });
});

describe("a session's own prompt", () => {
  it("[case 2] [case 3] [row 75] drains what waits into the prompt's turn, once", async () => {
    await run("pub", "web", "note token-four", "--note");
    const offered = model.requests.length;
    await web.prompt("my own work");
    await model.waitFor(
      (request) => request.seq >= offered && request.texts.some((text) => text.includes("my own work")),
    );
    expect(saw("token-four").length).toBeGreaterThan(0);
    await fleet.untilState("web", ["idle"]);
    await web.prompt("second prompt");
    const second = await model.waitFor((request) =>
      request.texts.some((text) => text.includes("second prompt")),
    );
    expect(second.texts.at(-1)).not.toContain("token-four");
  });
});

describe("a busy session", () => {
  it("[want 7] [row 74] gets a message in the same turn, without a wake", async () => {
    const release = holdModel();
    await web.prompt("a long turn token-busy");
    await model.waitFor((request) => request.texts.some((text) => text.includes("token-busy")));
    const sent = await run("pub", "web", "while you are busy token-five", "--json");
    release();
    const { id } = z.object({ id: z.string() }).parse(sent.json());
    await model.waitFor((request) => request.texts.some((text) => text.includes("token-five")));
    await eventually(
      async () => (await stagesOf(id)).includes("done") || undefined,
      () => "the message to be done",
    );
    expect(await stagesOf(id)).not.toContain("woken");
  });

  it("[case 5] [row 76] gets what was sent with --now at its next tool boundary, in order", async () => {
    let calls = 0;
    const release = holdModel();
    await web.prompt("uses a tool token-tool");
    await model.waitFor((request) => request.texts.some((text) => text.includes("token-tool")));
    await run("pub", "web", "first token-six", "--now");
    await run("pub", "web", "second token-seven", "--now");
    model.answerWith(() => Promise.resolve(calls++ === 0 ? { run: "true" } : { text: "ok" }));
    release();
    const seen = await model.waitFor((request) => request.texts.some((text) => text.includes("token-seven")));
    const text = seen.texts.find((each) => each.includes("token-seven")) ?? "";
    expect(text.indexOf("token-six")).toBeGreaterThan(-1);
    expect(text.indexOf("token-six")).toBeLessThan(text.indexOf("token-seven"));
  });
});

async function stagesOf(id: string): Promise<readonly string[]> {
  return traceSchema.parse((await run("trace", id, "--json")).json()).stages.map((each) => each.stage);
}
