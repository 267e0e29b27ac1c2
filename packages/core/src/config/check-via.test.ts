import { describe, expect, test } from "vitest";
import { z } from "zod";
import { FleetError, toFleetError } from "../errors/fleet-error.ts";
import { idleSettings } from "./idle-keys.ts";
import { loadConfig, type ConfigFile } from "./load.ts";

const file: ConfigFile = { path: "/home/dev/fleet.toml" };
const adapters = {
  desktop: { config: z.strictObject({ sound: z.string().optional() }), text: {} },
  ntfy: { config: z.strictObject({ topic: z.string() }), text: {} },
  tmux: { config: z.strictObject({}) },
  inbound: {
    config: z.strictObject({}),
    source: { vouches: "signature", isExclusive: false, isAlone: true } as const,
  },
};
const phone = '[[adapter]]\nname = "phone"\ntype = "ntfy"\ntopic = "x"\n';

function problemsIn(text: string): readonly string[] {
  try {
    loadConfig(text, file, adapters);
    return [];
  } catch (error) {
    const { code, message } = toFleetError(error);
    if (code !== "config") throw new FleetError("internal", message);
    return message.split("\n").slice(1);
  }
}

describe("me.via", () => {
  test.each([
    ["an adapter of the file", '["phone"]'],
    ["a channel that needs no keys, by its type", '["desktop", "phone"]'],
    ["nobody", "[]"],
  ])("may name %s, and is no setting without effect", (_, via) => {
    const text = `[me]\nvia = ${via}\nescalate_after = "5m"\n${phone}`;
    expect(problemsIn(text)).toEqual([]);
    expect(idleSettings(loadConfig(text, file, adapters))).toEqual([]);
  });

  test.each([
    [
      'via = ["desktop", "phnoe"]',
      '  2:1 me.via[1]: no [[adapter]] is called so: there is no "phnoe"; did you mean phone',
    ],
    [
      'via = ["mail"]',
      '  2:1 me.via[0]: no [[adapter]] is called so: there is no "mail"; there are desktop, phone',
    ],
    [
      'via = ["tmux"]',
      '  2:1 me.via[0]: no [[adapter]] is called so: there is no "tmux"; there are desktop, phone',
    ],
    [
      'via = ["ntfy"]',
      '  2:1 me.via[0]: no [[adapter]] is called so: there is no "ntfy"; there are desktop, phone',
    ],
    ['via = ["phone", "phone"]', '  2:1 me.via[1]: "phone" stands here twice'],
    [
      'via = ["hooks"]\n[[adapter]]\nname = "hooks"\ntype = "inbound"',
      '  2:1 me.via[0]: "hooks" only listens: name a channel that reaches you',
    ],
  ])("%s is told with its place and the nearest name", (via, problem) => {
    expect(problemsIn(`[me]\n${via}\n${phone}`)).toEqual([problem]);
  });
});
