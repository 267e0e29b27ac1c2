import { expect, describe, test } from "vitest";
import { FleetError } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { Api } from "grammy";
import { askedOf, chat, token } from "../far.test.support.ts";
import { withListening } from "../far/listening.test.support.ts";

const taken = { line: "→ lab/web: stored" };

describe("the telegram source", () => {
  test("asks for what the real client asks for, as long as the host lets it wait", async () => {
    await withListening(async ({ api, far, next }) => {
      api.says("one");
      await next();
      const asked = { limit: 5, timeout: 25, allowed_updates: ["message", "callback_query"] } as const;
      await new Api(token, { apiRoot: far.url }).getUpdates(asked);
      const [ours, theirs] = far.seen.map(askedOf);
      expect(ours).toEqual(theirs);
      expect(far.seen[0]?.path).toBe(far.seen[1]?.path);
    });
  });

  test("confirms nothing that the host has not settled, so that a crash loses nothing", async () => {
    await withListening(async ({ api, next }) => {
      for (const text of ["one", "two", "three"]) api.says(text);
      expect(await next()).toMatchObject({ said: { text: "one" } });
      expect(api.kept()).toHaveLength(3);
    });
  });

  test("confirms what is settled with the next question, or with a last one when it is closed", async () => {
    await withListening(async ({ api, next, stop }) => {
      for (const text of ["one", "two"]) api.says(text);
      await (await next()).ack(taken);
      await (await next()).nak(new FleetError("refused", "taking a reply: no"));
      const third = next();
      await expect.poll(() => api.kept()).toEqual([]);
      api.says("three");
      await (await third).ack(taken);
      api.says("four");
      await stop();
      expect(api.kept()).toMatchObject([{ message: { text: "four" } }]);
    });
  });

  test("gives what is refused for a while again, as the same, and nothing before it", async () => {
    const clock = fakeClock();
    await withListening(
      async ({ api, next }) => {
        for (const text of ["one", "two"]) api.says(text);
        const first = await next();
        await first.nak(new FleetError("unavailable", "taking a reply: the server is away"));
        const again = next();
        await expect.poll(() => clock.sleepers()).toBe(1);
        await clock.advance(1999);
        expect(clock.sleepers()).toBe(1);
        await clock.advance(1);
        expect(await again).toMatchObject({ id: first.id, said: { text: "one" } });
        await (await again).ack(taken);
        expect(await next()).toMatchObject({ said: { text: "two" } });
      },
      { context: { clock } },
    );
  });

  test("goes on behind what it passes over, and says in the log why it did", async () => {
    await withListening(async ({ api, next, reasons }) => {
      api.happens({ edited_message: { message_id: 1 } });
      api.says("psst", { chat: "42" });
      api.says("beep", { from: { id: 9, first_name: "b", is_bot: true } });
      api.says("as the group", { more: { sender_chat: { id: Number(chat) } } });
      api.says("hello");
      expect(await next()).toMatchObject({ said: { text: "hello" } });
      expect(reasons).toEqual([
        "neither a new message nor a button",
        "of chat 42, which is not the configured one",
        "said by a bot",
        "said by a chat, not by a person",
      ]);
      expect(api.messages.filter(({ isOfBot }) => isOfBot)).toEqual([]);
    });
  });

  test("does not hasten where the far side answers at once that there is nothing", async () => {
    const clock = fakeClock();
    await withListening(
      async ({ api, far, next }) => {
        far.next.push({ status: 200, body: '{"ok":true,"result":[]}' });
        const first = next();
        await expect.poll(() => clock.sleepers()).toBe(1);
        expect(far.seen).toHaveLength(1);
        await clock.advance(1000);
        await expect.poll(() => api.isAsked()).toBe(true);
        api.says("at last");
        expect(await first).toMatchObject({ said: { text: "at last" } });
      },
      { context: { clock } },
    );
  });

  test("is refused before it is connected and after it was closed, for a later try", async () => {
    await withListening(async ({ next, stop }) => {
      await stop();
      await expect(next()).rejects.toMatchObject({ code: "unavailable" });
    });
  });
});
