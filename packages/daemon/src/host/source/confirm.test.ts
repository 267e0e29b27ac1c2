import { describe, expect, it } from "vitest";
import type { Choice } from "@fleetbus/core";
import { earStages, friend, type EarStage } from "./source.test.support.ts";
import type { Told } from "./radio.test.support.ts";

const set = earStages();

function choicesOf(told: Told): readonly Choice[] {
  if (told.type === "nak") throw told.error;
  return told.answer.choices ?? [];
}

async function press(
  stage: EarStage,
  told: Told,
  label: string,
  more: { id?: string; answerId?: string } = {},
) {
  const token = choicesOf(told).find((choice) => choice.label === label)?.token ?? "";
  return stage.far.say({ sender: friend, said: { type: "choice", token }, ...more });
}

describe("what answers no notice", () => {
  it("is asked back, goes when that is answered, and goes once", async () => {
    const stage = await set();
    const asked = await stage.text("@web look at the build", { id: "d-1" });
    expect(asked).toMatchObject({ type: "ack", answer: { line: 'to lab/web: "look at the build"?' } });
    expect(choicesOf(asked).map(({ label }) => label)).toEqual(["Send", "Drop"]);
    expect(stage.posts).toEqual([]);
    expect(await press(stage, asked, "Send")).toMatchObject({
      type: "ack",
      answer: { line: "→ lab/web: stored" },
    });
    // a double press, and a change of mind
    for (const label of ["Send", "Drop"])
      expect(await press(stage, asked, label)).toMatchObject({
        type: "nak",
        error: { details: { why: "used" } },
      });
    expect(stage.posts).toMatchObject([{ to: "lab/web", body: "look at the build" }]);
    expect(stage.audits.map(({ outcome }) => outcome)).toEqual(["held", "taken", "refused", "refused"]);
  });

  it("the same press that comes again has the same answer", async () => {
    const stage = await set();
    const asked = await stage.text("@web hello");
    const first = await press(stage, asked, "Send", { id: "press" });
    expect(await press(stage, asked, "Send", { id: "press" })).toEqual(first);
    expect(stage.posts).toHaveLength(1);
  });

  it("that comes again before it was answered is asked again, and goes once whichever is answered", async () => {
    const stage = await set();
    const first = await stage.text("@web hello", { id: "d-1" });
    const second = await stage.text("@web hello", { id: "d-1" });
    expect(choicesOf(second)).not.toEqual(choicesOf(first));
    expect(await press(stage, first, "Send")).toMatchObject({ type: "ack" });
    expect(await press(stage, second, "Send")).toMatchObject({ type: "nak" });
    expect(stage.posts).toHaveLength(1);
  });

  it("is dropped where that is said", async () => {
    const stage = await set();
    const asked = await stage.text("@web hello");
    expect(await press(stage, asked, "Drop")).toMatchObject({
      answer: { line: "dropped: nothing went to lab/web" },
    });
    expect(await press(stage, asked, "Send")).toMatchObject({ type: "nak" });
    expect(stage.posts).toEqual([]);
  });

  it("waits ten minutes, and no longer", async () => {
    const stage = await set();
    const [early, late] = [await stage.text("@web one"), await stage.text("@web two")];
    await stage.clock.advance(9 * 60_000);
    expect(await press(stage, early, "Send")).toMatchObject({ type: "ack" });
    await stage.clock.advance(61_000);
    expect(await press(stage, late, "Send")).toMatchObject({
      type: "nak",
      error: { details: { why: "token" } },
    });
    expect(stage.posts).toMatchObject([{ body: "one" }]);
  });

  it("outlives the daemon while it waits", async () => {
    const stage = await set();
    const asked = await stage.text("@web hello");
    await stage.host.close();
    const later = await set({ beside: stage });
    expect(await press(later, asked, "Send")).toMatchObject({ type: "ack" });
    expect(later.posts).toMatchObject([{ to: "lab/web", body: "hello" }]);
  });

  it("is shown shortened in the question, and goes whole", async () => {
    const stage = await set();
    const long = "word ".repeat(100).trim();
    const asked = await stage.text(`@web ${long}`);
    expect(asked).toMatchObject({
      answer: { line: expect.stringMatching(/^to lab\/web: "word [a-z ]{1,60}…"\?$/) },
    });
    await press(stage, asked, "Send");
    expect(stage.posts).toMatchObject([{ body: long }]);
  });

  it("is no stranger's to answer", async () => {
    const stage = await set();
    const asked = await stage.text("@web hello");
    const [send] = choicesOf(asked);
    const said = { type: "choice", token: send?.token ?? "" } as const;
    expect(await stage.far.say({ sender: { id: "8" }, said })).toMatchObject({
      error: { details: { why: "stranger" } },
    });
    expect(stage.posts).toEqual([]);
  });
});

describe("replies.confirm", () => {
  it("never: what quotes something that is forgotten is asked back all the same", async () => {
    const stage = await set({ replies: { from: [friend.id], confirm: "never", to: "web" } });
    const answer = await stage.text("do it", { answers: "p99" });
    expect(choicesOf(answer).length).toBe(2);
    expect(stage.posts).toEqual([]);
    await press(stage, answer, "Send");
    expect(stage.posts).toMatchObject([{ body: "do it" }]);
  });

  it.each([
    ["never", 0, 0],
    ["free", 0, 1],
    ["always", 1, 1],
  ])(
    "%s: asked back are %i of what answers a notice, %i of what does not",
    async (confirm, answers, free) => {
      const stage = await set({ replies: { from: [friend.id], confirm } });
      await stage.publish("turn.failed");
      const answer = await stage.text("one", { token: stage.offer().token });
      expect(choicesOf(answer).length).toBe(2 * answers);
      const other = await stage.text("@web two");
      expect(choicesOf(other).length).toBe(2 * free);
      for (const each of [answer, other]) if (choicesOf(each).length > 0) await press(stage, each, "Send");
      expect(stage.posts.map(({ body }) => body)).toEqual(["one", "two"]);
    },
  );
});
