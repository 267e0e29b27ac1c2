import { z } from "zod";
import {
  discordJudge,
  hookPath as discordPath,
  partsOf,
} from "../../../packages/adapters/src/discord/far.test.support.ts";
import {
  feishuJudge,
  hookPath as feishuPath,
  secret as feishuSecret,
} from "../../../packages/adapters/src/feishu/far.test.support.ts";
import { hookPath as slackPath, slackJudge } from "../../../packages/adapters/src/slack/far.test.support.ts";
import {
  hookPath as teamsPath,
  teamsJudge,
  textsOf,
} from "../../../packages/adapters/src/teams/far.test.support.ts";
import {
  askedOf,
  chat,
  telegramJudge,
  token as bot,
} from "../../../packages/adapters/src/telegram/far.test.support.ts";
import type { HttpChannelFar } from "./http-channels.ts";

const embeds = z.looseObject({
  embeds: z.array(z.looseObject({ title: z.string().default(""), description: z.string() })),
});
const texts = z.looseObject({ text: z.string() });
const blocks = z.looseObject({
  blocks: z.array(z.looseObject({ type: z.string(), text: texts.optional() })),
});
const card = z.looseObject({
  card: z.looseObject({
    header: z.looseObject({ title: z.looseObject({ content: z.string() }) }),
    elements: z.array(z.looseObject({ content: z.string().default("") })),
  }),
});

/** Every chat that is reached over HTTP, by its type. */
export const chatChannels: Readonly<Record<string, HttpChannelFar>> = {
  discord: {
    judge: discordJudge,
    keys: () => ({ url: "env:FAR_DISCORD_URL" }),
    env: (url) => ({ FAR_DISCORD_URL: `${url}${discordPath}` }),
    told: (request) => {
      const [embed] = embeds.parse(partsOf(request).json).embeds;
      return { title: embed?.title ?? "", text: embed?.description ?? "" };
    },
    providerId: /^1300000000000000001$/,
  },
  feishu: {
    judge: feishuJudge,
    keys: () => ({ url: "env:FAR_FEISHU_URL", secret: "env:FAR_FEISHU_SECRET" }),
    env: (url) => ({ FAR_FEISHU_URL: `${url}${feishuPath}`, FAR_FEISHU_SECRET: feishuSecret }),
    told: ({ body }) => {
      const { header, elements } = card.parse(JSON.parse(body)).card;
      return { title: header.title.content, text: elements[0]?.content ?? "" };
    },
  },
  slack: {
    judge: slackJudge,
    keys: () => ({ url: "env:FAR_SLACK_URL" }),
    env: (url) => ({ FAR_SLACK_URL: `${url}${slackPath}` }),
    told: ({ body }) => {
      const all = blocks.parse(JSON.parse(body)).blocks;
      const of = (type: string) =>
        all.filter((each) => each.type === type).map(({ text }) => text?.text ?? "");
      return { title: of("header").join("\n"), text: of("section").join("\n") };
    },
  },
  teams: {
    judge: teamsJudge,
    keys: () => ({ url: "env:FAR_TEAMS_URL" }),
    env: (url) => ({ FAR_TEAMS_URL: `${url}${teamsPath}` }),
    told: ({ body }) => {
      const [title = "", text = ""] = textsOf(body);
      return { title, text };
    },
    providerId: /^0858$/,
  },
  telegram: {
    judge: telegramJudge,
    keys: (url) => ({ api: url, chat, token: "env:FAR_TELEGRAM_TOKEN" }),
    env: () => ({ FAR_TELEGRAM_TOKEN: bot }),
    told: (request) => {
      const html = String(askedOf(request).parameters["text"]);
      const [, title = "", text = ""] = /^<b>(.*?)<\/b>\n*(.*)$/s.exec(html) ?? [];
      return { title, text };
    },
    providerId: /^99$/,
  },
};
