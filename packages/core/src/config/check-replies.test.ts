import { describe, expect, test } from "vitest";
import { z } from "zod";
import { toFleetError } from "../errors/fleet-error.ts";
import { loadConfig, type ConfigFile } from "./load.ts";

const file: ConfigFile = { path: "/home/dev/fleet.toml" };
const adapters = {
  webhook: { config: z.strictObject({ url: z.string() }) },
  inbound: {
    config: z.strictObject({}),
    source: { vouches: "signature", isExclusive: false },
  },
  chat: { config: z.strictObject({}), source: { vouches: "sender", isExclusive: true } },
  ntfy: {
    config: z.strictObject({ topic: z.string(), reply_topic: z.string().optional() }),
    source: { vouches: "token", isExclusive: false, needs: ["reply_topic"] },
    urls: {
      schemes: ["ntfy"],
      parse: (url: URL) => ({ topic: url.hostname, ...Object.fromEntries(url.searchParams) }),
    },
  },
} as const;
const entry = (name: string, keys: string, replies?: string) =>
  `[[adapter]]\nname = "${name}"\n${keys}\n${replies === undefined ? "" : `[adapter.replies]\n${replies}\n`}`;
const hooks = entry("hooks", 'type = "inbound"');

function problemsIn(text: string): readonly string[] {
  try {
    loadConfig(text, file, adapters);
    return [];
  } catch (error) {
    return toFleetError(error).message.split("\n").slice(1);
  }
}

describe("[adapter.replies]", () => {
  test.each([
    ["one that only listens", entry("hooks", 'type = "inbound"', "quotas = true")],
    ["one with all that answers need", entry("phone", 'type = "ntfy"\ntopic = "a"\nreply_topic = "b"', "")],
    ["one whose URL says it", entry("phone", 'url = "ntfy://a?reply_topic=b"', "")],
    ["one whose URL is a secret", entry("phone", 'url = "env:PHONE_URL"', "")],
    ["one that knows who speaks", entry("chat", 'type = "chat"', 'from = ["4711"]')],
    ["one of somebody's own", entry("mine", 'type = "./mine.mjs"', "")],
    [
      "one that names who listens for it",
      `${hooks}${entry("out", 'type = "webhook"\nurl = "env:U"', 'by = "hooks"')}`,
    ],
  ])("is taken of %s", (_, text) => {
    expect(problemsIn(text)).toEqual([]);
  });

  test.each([
    [
      "one that only sends",
      entry("out", 'type = "webhook"\nurl = "env:U"', ""),
      '  5:1 adapter[0].replies: it only sends: name the adapter that its answers come in by, as by = "hooks"',
    ],
    [
      "one that lacks a key",
      entry("phone", 'type = "ntfy"\ntopic = "a"', ""),
      "  5:1 adapter[0].replies: answers need reply_topic in its entry",
    ],
    [
      "one whose URL lacks it",
      entry("phone", 'url = "ntfy://a"', ""),
      "  4:1 adapter[0].replies: answers need reply_topic in its entry",
    ],
    [
      "one that names nobody",
      `${hooks}${entry("out", 'type = "webhook"\nurl = "env:U"', 'by = "hook"')}`,
      '  9:1 adapter[1].replies.by: no [[adapter]] is called so: there is no "hook"; did you mean hooks',
    ],
    [
      "one that knows who speaks, and lists nobody",
      entry("chat", 'type = "chat"', "from = []"),
      '  4:1 adapter[0].replies: nobody may answer: name who may, as the channel calls them, as from = ["4711"]',
    ],
    [
      "one that cannot know who speaks, and lists somebody",
      entry("phone", 'type = "ntfy"\ntopic = "a"\nreply_topic = "b"', 'from = ["4711"]'),
      "  6:1 adapter[0].replies: nobody vouches for who speaks there: leave from out, the token of each notice decides",
    ],
    [
      "one that takes quotas of nobody who signs",
      entry("phone", 'type = "ntfy"\ntopic = "a"\nreply_topic = "b"', "quotas = true"),
      "  6:1 adapter[0].replies: nothing is signed there: set quotas on an adapter of type inbound",
    ],
    [
      "one that names itself",
      entry("out", 'type = "webhook"\nurl = "env:U"', 'by = "out"'),
      '  6:1 adapter[0].replies.by: "out" only sends: name one that listens, as of type inbound',
    ],
  ])("has a problem where it is of %s", (_, text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });
});
