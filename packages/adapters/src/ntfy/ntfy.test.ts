import { describe, expect, test } from "vitest";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { startFarServer } from "../http/far-server.test.support.ts";
import { eventOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { ntfy } from "./adapter.ts";
import { no, ntfyServer } from "./ntfy.stub.test.support.ts";

const account = { token: "tk_0123456789abcdef", topic: "agents", reply_topic: "answers" };
const judge = ntfyServer(account);

/** A server whose other user writes to the reply topic. */
async function farSide(): Promise<FarSide> {
  const far = await startFarServer(ntfyServer(account));
  const written = () => far.taken.filter(({ method, path }) => method === "POST" && path === "/");
  return {
    config: { server: far.url },
    event: eventOf,
    arrivals: async () =>
      written().flatMap(({ body }) => {
        const [eventId] = /event\d+/.exec(body) ?? [];
        return eventId === undefined ? [] : [{ eventId, bytes: Buffer.byteLength(body) }];
      }),
    stall: async () => far.stall(),
    leave: () => far.leave(),
    speak: async (n) => void (await fetch(`${far.url}/answers`, { method: "POST", body: `text ${n}` })),
    close: () => far.close(),
  };
}

adapterConformance({
  adapter: ntfy,
  validConfig: { ...account, server: "http://127.0.0.1:1" },
  harness: { can: ["stall", "leave", "speak"], start: farSide },
  runner: { describe, test },
});

describe("[row 137] the ntfy adapter", () => {
  test.each(fiveNotices(ntfy.spec.text!.escape))("publishes $name", async ({ name, event, notice }) => {
    await withFar(judge, async (far) => {
      const receipt = await sendOnce(ntfy, { ...account, server: far.url }, { event, notice });
      expect(receipt).toEqual({ providerId: "hwQ2YpKdmg" });
      await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${name}.txt`);
    });
  });

  test("puts a file beside the message, the message in headers that hold any text", async () => {
    const bytes = new TextEncoder().encode("line 1\nline 2\n");
    const attachments = [{ name: "web-run.finished.log", mediaType: "text/plain; charset=utf-8", bytes }];
    const actions = [{ label: "Öffnen", url: "https://fleet.example/" }];
    await withFar(judge, async (far) => {
      const notice = { title: "Grüße", text: "one\ntwo …", link: "https://fleet.example/?q=1", attachments };
      const config = { ...account, server: far.url, tags: ["robot"], actions };
      await sendOnce(ntfy, config, { notice: { ...notice, priority: "urgent" } });
      await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot("golden/file.txt");
      expect(wordIn(far.taken[0]?.headers["message"])).toBe("one\ntwo …");
      expect(wordIn(far.taken[0]?.headers["filename"])).toBe("web-run.finished.log");
    });
  });

  test("joins several texts into the one file, and refuses what cannot be joined", async () => {
    const file = (name: string, mediaType = "text/plain") => ({
      ...{ name, mediaType },
      bytes: new TextEncoder().encode(`in ${name}`),
    });
    await withFar(judge, async (far) => {
      const config = { ...account, server: far.url };
      await sendOnce(ntfy, config, { notice: { attachments: [file("a.log"), file("b.txt")] } });
      expect(far.taken[0]?.body).toBe("==> a.log <==\nin a.log\n==> b.txt <==\nin b.txt");
      const two = { attachments: [file("a.log"), file("b.png", "image/png")] };
      await expect(sendOnce(ntfy, config, { notice: two })).rejects.toMatchObject({ code: "malformed" });
    });
  });

  test("a text that JSON would make too long goes as it is, nothing of it lost", async () => {
    await withFar(judge, async (far) => {
      const text = '"\n'.repeat(2047);
      await sendOnce(ntfy, { ...account, server: far.url }, { notice: { text } });
      expect(far.taken[0]).toMatchObject({ method: "POST", path: "/agents", body: text });
    });
  });

  test.each([
    ["a wrong token", { token: "tk_wrong" }, undefined, "unauthorized", { status: 401 }],
    ["no token", { token: undefined }, undefined, "refused", { status: 403 }],
    ["a topic of somebody else's", { topic: "others" }, undefined, "refused", { status: 403 }],
    ["too many requests", {}, no(429, 42901, "limit reached: too many requests"), "unavailable", {}],
    [
      "too many requests, with a time",
      ...[{}, { ...no(429, 42908, "limit reached"), headers: { "retry-after": "7" } }, "unavailable"],
      { retryAfterMs: 7000 },
    ],
    ["a file that is too long", {}, no(413, 41301, "attachment too large"), "too_large", {}],
    ["no place for files", {}, no(400, 40014, "attachments not allowed"), "failed", { status: 400 }],
    ["a server that fails", {}, no(500, 50001, "internal server error"), "unavailable", {}],
    ["a yes that is none", {}, { ...no(403, 40301, "forbidden"), status: 200 }, "failed", { status: 200 }],
    ["a page of something else", {}, { status: 200, body: "<html>Welcome</html>" }, "failed", {}],
  ] as const)("%s is told as what it is", async (_, change, said, code, details) => {
    await withFar(judge, async (far) => {
      if (said !== undefined) far.next.push(said);
      const failing = sendOnce(ntfy, { ...account, server: far.url, ...change });
      await expect(failing).rejects.toMatchObject({ code, details });
      await expect(failing).rejects.toThrow(/^publishing to ntfy: /);
    });
  });

  test("a title of more than a line is refused", async () => {
    const failing = sendOnce(ntfy, account, { notice: { title: "ä".repeat(126) } });
    await expect(failing).rejects.toMatchObject({ code: "too_large", isRetryable: false });
  });

  test.each([
    ["ntfy://agents", { server: "https://ntfy.sh", topic: "agents" }],
    ["ntfy://ntfy.sh/agents", { server: "https://ntfy.sh", topic: "agents" }],
    ["ntfy://ntfy.home:8080/agents", { server: "http://ntfy.home:8080", topic: "agents" }],
    ["ntfys://tk_1@n.example/agents", { server: "https://n.example", topic: "agents", token: "tk_1" }],
    [
      "ntfys://lab:p%40ss@n.example/agents?tags=robot,fleet",
      {
        ...{ server: "https://n.example", topic: "agents", username: "lab", password: "p@ss" },
        tags: ["robot", "fleet"],
      },
    ],
  ])("%s is a short form", (url, keys) => {
    expect(ntfy.spec.urls?.parse(new URL(url))).toEqual(keys);
    expect(ntfy.spec.config.safeParse(keys).success).toBe(true);
  });

  test.each([
    ["two topics", () => ntfy.spec.urls?.parse(new URL("ntfy://n.example/a/b")), /one topic an adapter/],
    ["a broken escape", () => ntfy.spec.urls?.parse(new URL("ntfy://n.example/a%zz")), /%25/],
    ["a topic of two words", () => ntfy.spec.config.parse({ topic: "a b" }), /A-Z/],
    ["a user without a password", () => ntfy.spec.config.parse({ topic: "a", username: "u" }), /go together/],
  ])("%s is refused when it is read", (_, read, says) => {
    expect(read).toThrow(says);
  });
});

function wordIn(header = ""): string {
  const [, base64 = ""] = /^=\?UTF-8\?B\?(.*)\?=$/.exec(header) ?? [];
  return Buffer.from(base64, "base64").toString("utf8");
}
