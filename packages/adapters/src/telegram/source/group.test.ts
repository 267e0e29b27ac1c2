import { describe, expect, test } from "vitest";
import { sendOnce, withFar } from "../../http/sending.test.support.ts";
import { telegram } from "../adapter.ts";
import { botApi, chat, token } from "../far.test.support.ts";
import { ada } from "../far/people.test.support.ts";
import { withListening } from "../far/listening.test.support.ts";

describe("[row 139] in a group", () => {
  const bob = { id: 43, first_name: "Bob" };

  test.each([
    ["a group", { chat: "-77" }, {}],
    ["a group with history", { chat: "-1002" }, {}],
    ["a topic of a forum", { chat, thread: 7 }, { thread: 7 }],
  ])(
    "%s gets notices, and each member's answer comes with that member's own number",
    async (_, config, where) => {
      const api = botApi();
      await withFar(api.judge, async (far) => {
        const { providerId } = await sendOnce(telegram, { token, api: far.url, ...config });
        const notice = Number(providerId);
        expect(api.messages).toMatchObject([{ id: notice, ...config }]);
        await withListening(
          async ({ next }) => {
            const place = { chat: config.chat, ...where };
            api.says("go on", { ...place, from: bob, quotes: notice });
            api.says("elsewhere", { chat: "42", quotes: notice });
            api.says("in another topic", { chat, thread: 9 });
            api.says("no, stop", { ...place, from: ada });
            const heard = [await next()];
            await heard[0]?.ack({ line: "→ lab/web: stored" });
            heard.push(await next());
            expect(heard.map(({ sender, said }) => [sender?.id, said])).toEqual([
              ["43", { type: "text", text: "go on", answers: providerId }],
              ["42", { type: "text", text: "no, stop" }],
            ]);
            const told = api.messages.filter(({ isOfBot }) => isOfBot).at(-1);
            expect(told).toMatchObject({ text: "→ lab/web: stored", quotes: notice + 1, ...config });
          },
          { config, at: { api, far } },
        );
      });
    },
  );
});
