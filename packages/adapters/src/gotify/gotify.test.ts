import { describe, expect, test } from "vitest";
import { adapterConformance } from "@fleetbus/core/testing";
import { farSideOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { gotify } from "./adapter.ts";
import { gotifyServer, no } from "./gotify.stub.test.support.ts";

const token = "AGotifyToken123";

adapterConformance({
  adapter: gotify,
  validConfig: { server: "http://127.0.0.1:1", token },
  harness: {
    can: ["stall", "leave"],
    start: () => farSideOf(gotifyServer(token), (url) => ({ server: url })),
  },
  runner: { describe, test },
});

describe("the Gotify adapter", () => {
  test.each(fiveNotices(gotify.spec.text!.escape))("sends $name", async ({ name, event, notice }) => {
    await withFar(gotifyServer(token), async (far) => {
      const receipt = await sendOnce(gotify, { server: `${far.url}/`, token }, { event, notice });
      expect(receipt).toEqual({ providerId: "1" });
      await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${name}.txt`);
    });
  });

  test.each([
    ["low", 2],
    ["normal", 5],
    ["high", 7],
    ["urgent", 10],
  ] as const)("%s is priority %i", async (priority, expected) => {
    await withFar(gotifyServer(token), async (far) => {
      await sendOnce(gotify, { server: far.url, token }, { notice: { priority } });
      expect(JSON.parse(far.taken[0]?.body ?? "")).toMatchObject({ priority: expected });
    });
  });

  test.each([
    ["a wrong token", { token: "CClientToken" }, undefined, "unauthorized", { status: 401 }],
    ["a token without a right", {}, no(403, "Forbidden", "you are not allowed"), "refused", { status: 403 }],
    ["another path", { server: "/elsewhere" }, undefined, "not_found", { status: 404 }],
    ["a text that is none", {}, no(400, "Bad Request", "Field 'message' is required"), "failed", {}],
    [
      ...["a proxy that wants patience", {}],
      { ...no(429, "Too Many Requests", "slow down"), headers: { "retry-after": "9" } },
      ...(["unavailable", { retryAfterMs: 9000 }] as const),
    ],
    ["a server that fails", {}, no(500, "Internal Server Error", "database is locked"), "unavailable", {}],
    ["a no with HTTP 200", {}, { ...no(401, "Unauthorized", "no"), status: 200 }, "failed", { status: 200 }],
    ["a proxy's page", {}, { status: 200, body: "<html>" }, "failed", {}],
  ] as const)("%s is told as what it is", async (_, change, said, code, details) => {
    await withFar(gotifyServer(token), async (far) => {
      if (said !== undefined) far.next.push(said);
      const server = `${far.url}${"server" in change ? change.server : ""}`;
      const failing = sendOnce(gotify, { token, ...change, server });
      await expect(failing).rejects.toMatchObject({ code, details });
      await expect(failing).rejects.toThrow(/^sending to Gotify: /);
    });
  });

  test.each([
    ["gotify://gotify.home:8080/Abc-1", { server: "http://gotify.home:8080", token: "Abc-1" }],
    ["gotifys://g.example/push/Abc-1", { server: "https://g.example/push", token: "Abc-1" }],
  ])("%s is a short form", (url, keys) => {
    expect(gotify.spec.urls?.parse(new URL(url))).toEqual(keys);
    expect(gotify.spec.config.safeParse(keys).success).toBe(true);
  });

  test("a URL without a token is refused when it is read", () => {
    expect(() => gotify.spec.urls?.parse(new URL("gotify://gotify.home"))).toThrow(/token is missing/);
  });
});
