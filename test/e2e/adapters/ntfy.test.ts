import { bareNotice, systemClock, type Adapter, type FleetEvent, type Notice } from "@fleetbus/core";
import { builtInAdapters } from "@fleetbus/adapters";
import { describe, expect, test, type TestContext } from "vitest";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet } from "../../support/fleet/fleet.ts";
import type { NtfyServer } from "../../support/ntfy/server.ts";
import { download } from "../../support/ntfy/get.ts";
import { subscribe } from "../../support/ntfy/subscribe.ts";
import { useNtfy } from "../../support/ntfy/suite.ts";
import { eventually } from "../../support/tmux.ts";
import { publishEvent } from "./publish.ts";

const suite = useNtfy();
const event: FleetEvent = {
  ...{ id: "01ke0000000000000000000001", kind: "turn.failed", from: { machine: "lab", session: "web" } },
  ...{ time: "2026-01-02T15:04:00.000Z", origin: "agent", data: {} },
};
const hostile = "<b>&*_[x](y) @everyone <!channel> `code` \\n “Grüße” 🚀";

function ntfyAdapter(): Adapter {
  const adapter = builtInAdapters.find(({ spec }) => spec.type === "ntfy");
  if (adapter === undefined) throw new Error("there is no ntfy adapter");
  return adapter;
}

/** Publishes through the adapter, with the server's token where nothing else is said. */
async function publish(server: NtfyServer, notice: Partial<Notice>, config: Record<string, unknown> = {}) {
  const adapter = ntfyAdapter();
  const own = { server: server.url, topic: "agents", token: server.token, ...config };
  const silent = () => undefined;
  const { sink } = adapter.open(adapter.spec.config.parse(own), {
    ...{ name: "phone", ns: "main", clock: systemClock, fetch: globalThis.fetch },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
  });
  const signal = AbortSignal.timeout(10_000);
  await sink?.connect(signal);
  try {
    return await sink?.send(event, signal, bareNotice(event, notice));
  } finally {
    await sink?.close();
  }
}

async function phone({ onTestFinished }: TestContext) {
  const { url, token } = suite.server();
  const subscription = await subscribe(url, "agents", token);
  onTestFinished(() => subscription.close());
  return subscription;
}

describe("[row 137] a real ntfy server and its subscriber", () => {
  test("get title, text, priority, tags, link and buttons as they were meant", async (context) => {
    const { next } = await phone(context);
    const notice = {
      title: `lab/web: ${hostile}`,
      text: `one\n${hostile}\n\tthree`,
      link: "https://f.example/?a=1&b=2",
    };
    const actions = [{ label: "Öffnen", url: "https://f.example/" }];
    const receipt = await publish(
      suite.server(),
      { ...notice, priority: "high" },
      { tags: ["robot"], actions },
    );
    expect(await next()).toMatchObject({
      ...{ id: receipt?.providerId, title: notice.title, message: notice.text, click: notice.link },
      ...{ priority: 4, tags: ["warning", "robot"], sequence_id: event.id },
      actions: [{ action: "view", ...actions[0] }],
    });
  });

  test.each([
    ["low", 2, undefined],
    ["normal", 3, undefined],
    ["high", 4, ["warning"]],
    ["urgent", 5, ["rotating_light"]],
  ] as const)("hear what is %s as %i", async (priority, expected, tags) => {
    await publish(suite.server(), { priority, id: `of-${priority}` });
    const { url, token } = suite.server();
    const answer = await fetch(`${url}/agents/json?poll=1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const messages = (await answer.text())
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    // The server leaves its default priority out.
    const message = messages.find((one) => JSON.stringify(one).includes(`of-${priority}`));
    expect(message).toMatchObject(expected === 3 ? {} : { priority: expected });
    expect(message).toHaveProperty("sequence_id", `of-${priority}`);
    if (tags !== undefined) expect(message).toMatchObject({ tags });
  });

  test("get the longest text whole, also where JSON would be too long for the server", async (context) => {
    const { next } = await phone(context);
    for (const text of ["ä".repeat(2047) + "x", `${'"\n'.repeat(2047)}"`]) {
      expect(Buffer.byteLength(text)).toBe(4095);
      await publish(suite.server(), { title: "Grüße", text });
      expect(await next()).toMatchObject({ title: "Grüße", message: text });
    }
  });

  test("get a log as a file beside the text", async (context) => {
    const { next } = await phone(context);
    const bytes = new TextEncoder().encode("line of the log, “Grüße”\n".repeat(2000));
    const attachments = [{ name: "web-run.finished.log", mediaType: "text/plain; charset=utf-8", bytes }];
    const notice = {
      title: "npm test: exit 1 🚀",
      text: "the end\nof the log …",
      priority: "urgent",
      attachments,
    };
    await publish(suite.server(), { ...notice, priority: "urgent" });
    const { attachment, ...message } = await next();
    expect(message).toMatchObject({ title: notice.title, message: notice.text, priority: 5 });
    expect(attachment).toMatchObject({ name: "web-run.finished.log", size: bytes.length });
    expect(new Uint8Array(await download(attachment?.url ?? ""))).toEqual(bytes);
  });

  test.each([
    ["a wrong token", { token: "tk_wrong" }, "unauthorized", 401],
    ["no token", { token: undefined }, "refused", 403],
    ["a topic of others", { topic: "others" }, "refused", 403],
    ["a wrong password", { token: undefined, username: "lab", password: "wrong" }, "unauthorized", 401],
  ])("refuse %s", async (_, config, code, status) => {
    const failing = publish(suite.server(), {}, config);
    await expect(failing).rejects.toMatchObject({ code, isRetryable: false, details: { status } });
  });

  test("believe a password", async (context) => {
    const { next } = await phone(context);
    const { password } = suite.server();
    await publish(suite.server(), { text: "by name" }, { token: undefined, username: "lab", password });
    expect(await next()).toMatchObject({ message: "by name" });
  });

  test("a server that keeps no files says so, for good", async () => {
    const server = await suite.start({ hasFiles: false });
    const attachments = [{ name: "a.log", mediaType: "text/plain", bytes: new Uint8Array([65]) }];
    const failing = publish(server, { attachments });
    await expect(failing).rejects.toMatchObject({ isRetryable: false, details: { status: 400 } });
    await expect(failing).rejects.toThrow(/attachments not allowed/);
  });

  test("a server that has had enough is to be asked later", async () => {
    const server = await suite.start({ burst: 3 });
    const sending = async () => {
      for (let n = 0; n < 10; n += 1) await publish(server, { id: `burst-${n}` });
    };
    await expect(sending()).rejects.toMatchObject({ code: "unavailable", details: { status: 429 } });
  });
});

test("[row 137] a turn that fails is heard on the phone, by an adapter whose config is one URL", async (context) => {
  const { host, token, url } = suite.server();
  const config = [
    ...["[[adapter]]", 'name = "phone"', 'url = "env:PHONE_URL"', `allow_private = ["${host}"]`],
    ...['on = ["turn.failed"]', 'overflow = "attach"', ""],
  ];
  const env = { PHONE_URL: `ntfy://${token}@${host}/agents` };
  const fleet = await startFleet({ config: config.join("\n"), env });
  context.onTestFinished(() => fleet.close());
  const { next } = await phone(context);
  const isThere = async () =>
    (await fleetCommand(fleet, ["adapter", "test", "phone"])).code === 0 || undefined;
  await eventually(isThere, () => "the adapter", 20_000);
  expect(await next()).toMatchObject({ title: "lab/me wants attention", priority: 3 });
  const connection = await connectAsChecker(await fleet.hub());
  context.onTestFinished(() => connection.close());
  const lastText = "a long report, “Grüße”\n".repeat(1000);
  await publishEvent(connection, { ...event, data: { cli: "claude", error: "overloaded", lastText } });
  const heard = await next();
  expect(heard).toMatchObject({ title: "lab/web failed", priority: 4, sequence_id: event.id });
  expect(heard.message).toContain("overloaded");
  const file = await download(heard.attachment?.url ?? `${url}/none`);
  expect(file.toString()).toContain(lastText.trimEnd());
});
