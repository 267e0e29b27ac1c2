import { chmod, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startChannel, type FarChannel } from "../../support/far/channels.ts";
import { adapterEntry } from "../../support/far/entry.ts";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startScriptedAgent } from "../../support/fleet/scripted-agent.ts";
import { deadOf, problemOf, show, until, useConfig } from "./watching.ts";

let ntfy: FarChannel;
let hook: Receiver;
let fleet: Fleet;

beforeAll(async () => {
  [ntfy, hook] = await Promise.all([startChannel("ntfy"), startReceiver()]);
  const env = { ...ntfy.env, HOOK_URL: hook.url };
  fleet = await startFleet({ env });
});

afterAll(async () => {
  await fleet.close();
  await Promise.all([ntfy.close(), hook.close()]);
});

const phone = { name: "phone", type: "ntfy", topic: "agents" };
const template = (title: string) => ['[adapter.template."turn.failed"]', `title = "${title}"`];
const hookEntry = (name: string) => ({ name, type: "webhook", url: "env:HOOK_URL" });

async function validate(text: string, mode = 0o644) {
  const file = `${fleet.home}/other.toml`;
  await writeFile(file, text);
  await chmod(file, mode);
  return fleetCommand(fleet, ["config", "validate", file]);
}

/** What each is told, and where in the file. */
const wrong = [
  [
    "an unknown type",
    adapterEntry({ ...phone, type: "ntfi" }),
    '3:1 adapter[0].type: there is no "ntfi"; did you mean ntfy',
  ],
  [
    "an unknown scheme",
    adapterEntry({ name: "phone", url: "ntyf://ntfy.sh/x" }),
    '3:1 adapter[0].url: there is no "ntyf"; did you mean ntfy',
  ],
  [
    "an unknown key of the channel",
    adapterEntry({ ...phone, tokne: "env:T" }),
    "5:1 adapter[0].tokne: unknown key; did you mean token?",
  ],
  [
    "an unknown key of fleet",
    adapterEntry({ ...phone, allow_privat: [] }),
    "5:1 adapter[0].allow_privat: unknown key; did you mean allow_private?",
  ],
  [
    "a literal secret where others can read it",
    adapterEntry({ ...phone, token: "tk_secret" }),
    "5:1 adapter[0].token: a secret in a file that others can read (mode 644)",
  ],
  [
    "a template of an unknown variable",
    adapterEntry(phone, ...template("{{sesion}}")),
    '6:1 adapter[0].template.turn.failed.title: there is no variable "sesion"; did you mean session',
  ],
  [
    "a template that does not end",
    adapterEntry(phone, ...template("{{#error}}")),
    '6:1 adapter[0].template.turn.failed.title: unclosed section "error" at 10',
  ],
  [
    "a template of an unknown kind",
    adapterEntry(phone, '[adapter.template."turn.faild"]'),
    '5:1 adapter[0].template.turn.faild: there is no kind of event "turn.faild"; did you mean turn.failed',
  ],
  [
    "a kind that no event is of",
    adapterEntry({ ...phone, on: ["session.lost", "turn.faild"] }),
    '5:1 adapter[0].on[1]: there is no kind of event "turn.faild"; did you mean turn.failed?',
  ],
  [
    "a secret that is not set",
    adapterEntry({ ...phone, token: "env:NOPE" }),
    "5:1 adapter[0].token: reading secret env:NOPE: it is not set; set it where the daemon is started",
  ],
  [
    "a secret in a file that is not there",
    adapterEntry({ name: "phone", url: "file:/nowhere/url" }),
    "3:1 adapter[0].url: reading secret file:/nowhere/url: ENOENT",
  ],
  [
    "a module that is not there",
    adapterEntry({ name: "own", type: "./nobody.mjs" }),
    '3:1 adapter[0].type: loading adapter "./nobody.mjs": Cannot find module',
  ],
] as const;

describe("fleet config validate", () => {
  test.each(wrong)("names the place of %s, and what was meant", async (_, text, problem) => {
    const { code, stderr } = await validate(text);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain("tk_secret");
    expect(code).toBe(2);
  });

  test("takes a literal secret in a file of one's own", async () => {
    expect(await validate(adapterEntry({ ...phone, token: "tk_secret" }), 0o600)).toMatchObject({ code: 0 });
  });
});

describe("a running daemon", () => {
  test("keeps to the config before where the new one has problems, and says which", async () => {
    const good = adapterEntry({ ...ntfy.keys, name: "good", on: ["turn.failed"] });
    await useConfig(fleet, good, ["good"]);
    await writeFile(fleet.paths.configFile, adapterEntry({ ...phone, tokne: "env:T" }));
    const words = "5:1 adapter[0].tokne: unknown key; did you mean token?";
    await until("the problem to be told", async () => (await problemOf(fleet)).includes(words));
    expect((await show(fleet, "good")).state).toBe("connected");
  });

  test.each([
    [
      "a secret that is not there",
      adapterEntry({ ...hookEntry("bad"), url: "env:NOPE" }),
      "reading secret env:NOPE: it is not set",
    ],
    [
      "a file that is not there",
      adapterEntry({ ...hookEntry("bad"), url: "file:/nowhere/x" }),
      "reading secret file:/nowhere/x",
    ],
    ["a secret that does not fit", adapterEntry({ ...hookEntry("bad"), url: "env:HOME" }), "url: "],
    [
      "a bad template",
      adapterEntry({ ...hookEntry("bad") }, ...template("{{sesion}}")),
      "did you mean session",
    ],
  ])("starts all but the adapter with %s", async (_, bad, words) => {
    const good = adapterEntry({ ...ntfy.keys, name: "good", on: ["turn.failed"] });
    await useConfig(fleet, `${bad}\n${good}`, ["good"]);
    await until("it to be told", async () => (await fleet.api("GET", "/v1/adapters")).text.includes(words));
    expect((await show(fleet, "good")).state).toBe("connected");
  });
});

describe("a text of 3 MB", () => {
  test("reaches people and programs cut to what they take, and a program is told which field it was", async () => {
    const people = adapterEntry({ ...ntfy.keys, name: "cut", on: ["turn.failed"] });
    const keys = { ...hookEntry("whole"), on: ["turn.failed"], allow_private: [hook.host] };
    const bodies = "[events]\nbodies = true\n";
    await useConfig(fleet, `${bodies}\n${people}\n${adapterEntry(keys)}`, ["cut", "whole"]);
    const agent = await startScriptedAgent(fleet, "web");
    await agent.prompt("go on");
    const last_assistant_message = `make huge ${"a log of it ".repeat(250_000)}`;
    await agent.hook("StopFailure", { error: "server_error", last_assistant_message });
    await until("it", async () => (await ntfy.told()).some(({ text }) => text.includes("make huge")));
    await until("the request", async () => hook.done.size > 0);
    const [body = ""] = [...hook.done.values()];
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    expect(JSON.parse(body)).toMatchObject({ fleettruncated: "lastText", data: { error: "server_error" } });
    expect(await deadOf(fleet, "whole")).toEqual([]);
    await agent.close();
  });
});
