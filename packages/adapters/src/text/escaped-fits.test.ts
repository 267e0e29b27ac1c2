import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Adapter, TextTraits } from "@fleetbus/core";
import { discord } from "../discord/adapter.ts";
import * as discordFar from "../discord/far.test.support.ts";
import { feishu } from "../feishu/adapter.ts";
import * as feishuFar from "../feishu/far.test.support.ts";
import { sendOnce, withFar } from "../http/sending.test.support.ts";
import { slack } from "../slack/adapter.ts";
import * as slackFar from "../slack/far.test.support.ts";
import { teams } from "../teams/adapter.ts";
import * as teamsFar from "../teams/far.test.support.ts";
import { telegram } from "../telegram/adapter.ts";
import * as telegramFar from "../telegram/far.test.support.ts";

const signs = Array.from("ab c<>&*_~`[](){}|#-+@\n\n\\\"'1.:/é漢🚀");
/** Of a few signs, so that some texts are nothing but what has to be escaped. */
const foreign = fc
  .subarray(signs, { minLength: 1, maxLength: 4 })
  .chain((few) => fc.array(fc.constantFrom(...few), { minLength: 1, maxLength: 60 }))
  .map((some) => `x${some.join("")}`.repeat(2000).slice(0, 20_000));

const channels = [
  [slack, slackFar.slackJudge, (url: string) => ({ url: `${url}${slackFar.hookPath}` })],
  [discord, discordFar.discordJudge, (url: string) => ({ url: `${url}${discordFar.hookPath}` })],
  [
    telegram,
    telegramFar.telegramJudge,
    (api: string) => ({ token: telegramFar.token, chat: telegramFar.chat, api }),
  ],
  [
    feishu,
    feishuFar.feishuJudge,
    (url: string) => ({ url: `${url}${feishuFar.hookPath}`, secret: feishuFar.secret }),
  ],
  [teams, teamsFar.teamsJudge, (url: string) => ({ url: `${url}${teamsFar.hookPath}` })],
] as const;

/** The longest start of a text that fits once it is escaped, as the host would find it. */
function fitting(text: string, max: number, { escape, unit }: TextTraits): string {
  const sizeOf = (value: string) => (unit === "bytes" ? Buffer.byteLength(value) : value.length);
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf(escape(text.slice(0, middle))) <= max) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low).replace(/[\ud800-\udbff]$/, "");
}

describe("whatever foreign text fits once it is escaped is taken", () => {
  test.each(channels.map((channel) => [channel[0].spec.type, ...channel] as const))(
    "by %s",
    async (_type, adapter: Adapter, judge, configOf) => {
      const { text: traits } = adapter.spec;
      if (traits === undefined) throw new Error("a channel for people has text limits");
      await withFar(judge, async (far) => {
        const plain = { ...traits, escape: (value: string) => value };
        const send = async (long: string) => {
          const title = fitting(long.replaceAll("\n", " "), traits.maxTitle, plain);
          const text = traits.escape(fitting(long, traits.maxText, traits));
          await sendOnce(adapter, configOf(far.url), { notice: { title, text } });
        };
        await fc.assert(fc.asyncProperty(foreign, send), { numRuns: 40 });
        expect(far.taken.length).toBeGreaterThanOrEqual(40);
        expect(far.seen).toHaveLength(far.taken.length);
      });
    },
  );
});
