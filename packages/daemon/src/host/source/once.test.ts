import { describe, expect, it } from "vitest";
import { FleetError } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import { earStages, friend, type Post } from "./source.test.support.ts";

const set = earStages();
const replies = { from: [friend.id], to: "web", confirm: "never" };

function stored({ id }: Post): PublishAnswer {
  return { id, thread: id, from: "lab/me", to: ["lab/web"], stage: "stored", isDuplicate: false };
}

describe("a delivery that comes again", () => {
  it("was taken: it gets the same answer and is not stored again", async () => {
    const stage = await set({ replies });
    const first = await stage.text("hello", { id: "d-1" });
    expect(await stage.text("hello", { id: "d-1" })).toEqual(first);
    expect(stage.posts).toHaveLength(1);
    expect(stage.inbound()).toMatchObject({ taken: 1, refused: 0 });
  });

  it("with the token that it used itself is no replay", async () => {
    const stage = await set();
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    const first = await stage.text("hello", { id: "d-1", token });
    expect(await stage.text("hello", { id: "d-1", token })).toEqual(first);
    expect(await stage.text("hello", { id: "d-2", token })).toMatchObject({ type: "nak" });
  });

  it("came while the server was away: told to come again, and stored then", async () => {
    const stage = await set({ replies });
    stage.bus.setConnected(false);
    expect(await stage.text("hello", { id: "d-1" })).toMatchObject({
      type: "nak",
      error: { code: "unavailable", isRetryable: true },
    });
    expect(stage.inbound()).toMatchObject({ taken: 0, refused: 0 });
    stage.bus.setConnected(true);
    expect(await stage.text("hello", { id: "d-1" })).toMatchObject({ type: "ack" });
    expect(stage.posts).toHaveLength(1);
  });

  it("the server went after it was stored, and before that was written down: stored under the same id", async () => {
    const ids: string[] = [];
    const stage = await set({
      replies,
      onPost: async (post) => {
        ids.push(post.id);
        if (ids.length === 1) throw new FleetError("unavailable", "sending: no answer in time");
        return stored(post);
      },
    });
    await stage.publish("turn.failed");
    const { token } = stage.offer();
    expect(await stage.text("hello", { id: "d-1", token })).toMatchObject({ error: { isRetryable: true } });
    expect(await stage.text("hello", { id: "d-1", token })).toMatchObject({ type: "ack" });
    expect(new Set(ids).size).toBe(1);
    expect(ids).toHaveLength(2);
  });
});

describe("kill -9 between taking and storing", () => {
  const never = () => new Promise<PublishAnswer>(() => undefined);

  it("the next run of the same machine goes on at once, under the same id", async () => {
    const asked: Post[] = [];
    const first = await set({ replies, onPost: (post) => (asked.push(post), never()) });
    void first.text("hello", { id: "d-1" }).catch(() => undefined); // nobody answers it
    await first.settle();
    const second = await set({ replies, beside: first });
    expect(await second.text("hello", { id: "d-1" })).toMatchObject({ type: "ack" });
    expect(second.posts).toMatchObject([{ id: asked[0]?.id, machine: "lab" }]);
  });

  it("another machine waits for its time to be over, and then goes on in the first one's name", async () => {
    const asked: Post[] = [];
    const first = await set({ replies, onPost: (post) => (asked.push(post), never()) });
    void first.text("hello", { id: "d-1" }).catch(() => undefined); // nobody answers it
    await first.settle();
    const second = await set({ replies, beside: first, machine: "box" });
    expect(await second.text("hello", { id: "d-1" })).toMatchObject({ error: { isRetryable: true } });
    expect(second.posts).toEqual([]);
    await second.clock.advance(46_000);
    expect(await second.text("hello", { id: "d-1" })).toMatchObject({ type: "ack" });
    expect(second.posts).toMatchObject([{ id: asked[0]?.id, machine: "lab" }]);
  });
});

it("two adapters may hear the same id: each has its own", async () => {
  const stage = await set({ replies });
  const other = await set({ replies, beside: stage, entry: { name: "mail" } });
  await stage.host.close();
  await other.text("hello", { id: "d-1" });
  await other.host.close();
  const again = await set({ replies, beside: stage });
  await again.text("hello", { id: "d-1" });
  expect(again.posts[0]?.id).not.toBe(other.posts[0]?.id);
  expect(again.posts).toHaveLength(1);
});
