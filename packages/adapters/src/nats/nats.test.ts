import { describe, expect, test } from "vitest";
import type { FleetEvent } from "@fleetbus/core";
import { contextOf } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { nats } from "./adapter.ts";
import { messageOf } from "./message.ts";
import { subjectOf, subjectProblem } from "./subject.ts";

const seed = `SU${"A".repeat(56)}`;
const creds = "-----BEGIN NATS USER JWT-----\nx\n-----BEGIN USER NKEY SEED-----\ny\n";
const servers = ["tls://nats.example.com"];

function problems(keys: Readonly<Record<string, unknown>>): readonly string[] {
  const { error } = nats.spec.config.safeParse({ servers, ...keys });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the config of a forward", () => {
  test.each([
    ["a token", { token: "t" }],
    ["a user with a password", { user: "u", password: "p" }],
    ["an nkey", { nkey: seed }],
    ["a creds file", { creds }],
    ["several servers", { servers: ["tls://a.example", "tls://b.example:4223"] }],
    ["this machine in clear", { servers: ["nats://127.0.0.1:4222", "nats://localhost", "nats://[::1]:4"] }],
    ["a host that may be called in clear", { servers: ["nats://NATS.home"], allowPlain: ["nats.home"] }],
    ["a certificate of its own", { ca: "PEM", cert: "PEM", key: "PEM" }],
  ])("takes %s", (_, keys) => {
    expect(problems(keys)).toEqual([]);
  });

  test.each([
    ["no server", { servers: [] }, /servers/],
    ["another scheme", { servers: ["http://nats.example.com"] }, /nats:\/\/host/],
    ["a password in a server's URL", { servers: ["tls://u:p@nats.example.com"] }, /without a user/],
    ["a host that would hear all in clear", { servers: ["nats://nats.home"] }, /goes in clear.*allowPlain/],
    ["two credentials", { token: "t", creds }, /one of user, token, nkey and creds/],
    ["a user without a password", { user: "u" }, /both, or neither/],
    ["a key without a certificate", { key: "PEM" }, /both, or neither/],
    ["an account's seed", { nkey: seed.replace("SU", "SA") }, /begins with SU/],
    ["a path for a creds file", { creds: "/home/me/a.creds" }, /not what a .creds file holds/],
    [
      "fleet's own subjects",
      { subject: "fleet.main.event.{machine}.{session}.{kind}" },
      /fleet is not yours/,
    ],
    ["the server's own subjects", { subject: "$JS.API.STREAM.DELETE.x" }, /\$JS is not yours/],
    ["somebody's inbox", { subject: "_INBOX.{session}" }, /_INBOX is not yours/],
    ["an event's part as the first word", { subject: "{ns}.main.event" }, /a word of your own/],
    ["a part that there is not", { subject: "ops.{data}" }, /\{data\} is none of/],
    ["a wildcard", { subject: "ops.*.{kind}" }, /"\*" is no part/],
    ["an empty word", { subject: "ops..x" }, /"" is no part/],
    ["a line end", { subject: "ops.a\r\nPUB b" }, /is no part/],
  ])("refuses %s", (_, keys, says) => {
    expect(problems(keys).join("; ")).toMatch(says);
  });

  test.each([
    [
      "nats://fleet:s3cret@127.0.0.1:4222/ops.{session}.{kind}?jetstream=true&mode=structured",
      { servers: ["nats://127.0.0.1:4222"], subject: "ops.{session}.{kind}", jetstream: true },
      { user: "fleet", password: "s3cret", mode: "structured" },
    ],
    ["tls://t0ken@nats.example.com", { servers: ["tls://nats.example.com"] }, { token: "t0ken" }],
    ["nats://nats.home?allowPlain=nats.home,b", { allowPlain: ["nats.home", "b"] }, {}],
    ["tls://nats.example.com?ca=PEM", { ca: "PEM", servers: ["tls://nats.example.com"] }, {}],
  ])("%s is a short form", (url, some, more) => {
    const keys = nats.spec.urls?.parse(new URL(url)) ?? {};
    expect(keys).toMatchObject({ ...some, ...more });
    expect(nats.spec.config.safeParse(keys).error).toBeUndefined();
  });

  test.each([
    ["nats://host/a/b", /dots, not slashes/],
    ["nats:///ops", /names no host/],
  ])("%s is refused when it is read", (url, says) => {
    expect(() => nats.spec.urls?.parse(new URL(url))).toThrow(says);
  });

  test("a switch that is none is told by the schema", () => {
    const keys = nats.spec.urls?.parse(new URL("tls://host/ops?jetstream=maybe")) ?? {};
    expect(nats.spec.config.safeParse(keys).error?.issues[0]?.path).toEqual(["jetstream"]);
  });
});

describe("the subject of an event", () => {
  const event: FleetEvent = {
    ...{ id: "01ke", kind: "turn.failed", from: { machine: "lab", session: "web" }, origin: "agent" },
    ...{ time: "2026-01-01T00:00:00.000Z", data: {} },
  };

  test("is made of its parts", () => {
    const template = "ops.{ns}.{machine}.{session}.{kind}.{origin}.all-{session}";
    expect(subjectProblem(template)).toBeUndefined();
    expect(subjectOf(template, event, "main")).toBe("ops.main.lab.web.turn.failed.agent.all-web");
  });

  test.each([
    ["a dot in a name", { ...event, from: { machine: "a.b", session: "web" } }, "ops.a_b.web.turn.failed"],
    ["a wildcard", { ...event, from: { machine: ">", session: "*" } }, "ops._._.turn.failed"],
    ["a line end", { ...event, kind: "a\r\nPUB x" }, "ops.lab.web.a__PUB_x"],
    ["an empty part", { ...event, kind: "turn..failed" }, "ops.lab.web.turn._.failed"],
    [
      "a part's own name",
      { ...event, from: { machine: "{kind}", session: "web" } },
      "ops._kind_.web.turn.failed",
    ],
  ])("stays one of as many words with %s in it", (_, odd, expected) => {
    expect(subjectOf("ops.{machine}.{session}.{kind}", odd, "main")).toBe(expected);
  });
});

describe("what goes over the wire", () => {
  const template = "fleet-events.{ns}.{machine}.{session}.{kind}";
  const shown = fiveNotices((value) => value).map(({ name, event }) => ({
    name,
    event: { ...event, data: { cli: "claude", error: "“Grüße” 🚀\n<b>" } },
  }));

  for (const mode of ["binary", "structured"] as const) {
    test.each(shown)(`of $name, ${mode}`, async ({ name, event }) => {
      const { subject, headers, data, dedupeId } = messageOf(event, { subject: template, mode }, "main");
      const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`);
      const text = [
        `PUB ${subject}`,
        `Nats-Msg-Id: ${dedupeId}`,
        ...lines,
        "",
        new TextDecoder().decode(data),
      ];
      await expect(`${text.join("\n")}\n`).toMatchFileSnapshot(`golden/${name}.${mode}.txt`);
    });
  }
});

test("what came in by a forward is not forwarded, and nobody is called for it", async () => {
  const config = nats.spec.config.parse({ servers: ["nats://127.0.0.1:1"] });
  const { sink } = nats.open(config, contextOf());
  const signal = AbortSignal.timeout(5000);
  await sink!.connect(signal);
  const [{ event, notice } = { event: undefined, notice: undefined }] = fiveNotices((value) => value);
  const receipt = await sink!.send({ ...event!, hop: 1 }, signal, notice!);
  expect(receipt.skipped).toMatch(/came in by a forward/);
  await expect(sink!.send(event!, signal, notice!)).rejects.toMatchObject({ code: "unavailable" });
  await sink!.close();
});

test("a private place is not called where the host's guard says no", async () => {
  const config = nats.spec.config.parse({ servers: ["nats://127.0.0.1:1"] });
  const asked: string[] = [];
  const context = contextOf({
    addressesOf: (host, port) => {
      asked.push(`${host}:${port}`);
      return Promise.reject(Object.assign(new Error("no public address"), { code: "refused" }));
    },
  });
  const { sink } = nats.open(config, context);
  await expect(sink!.connect(AbortSignal.timeout(5000))).rejects.toThrow(/no public address/);
  expect(asked).toEqual(["127.0.0.1:1"]);
});
