import { request } from "node:https";
import { describe, expect, test } from "vitest";
import { contextOf } from "../http/sending.test.support.ts";
import { makeCertificate } from "../email/far/certificate.test.support.ts";
import { inbound } from "./adapter.ts";
import { listener } from "./bench.test.support.ts";
import { placeOf } from "./place.ts";
import { freePort, key, signedHeaders } from "./sender.test.support.ts";

const problemsOf = (keys: Readonly<Record<string, unknown>>) =>
  inbound.spec.config
    .safeParse({ secrets: [key], ...keys })
    .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("the config of the inbound adapter", () => {
  test.each([
    ["a secret of its own machine", {}],
    ["a text as a secret", { secrets: ["sixteen letters."] }],
    ["IPv6", { listen: "[::1]:1" }],
    ["a name of this machine", { listen: "localhost:65535" }],
    [
      "another machine's way in, with TLS",
      { listen: "0.0.0.0:8443", tls: { cert: "file:/c", key: "file:/k" } },
    ],
    ["another machine's way in, behind a proxy", { listen: "10.0.0.7:8787", behind_proxy: true }],
    ["a path", { path: "/hooks/fleet-7f3kq" }],
  ])("takes %s", (_, keys) => {
    expect(problemsOf(keys)).toEqual([]);
  });

  test.each([
    ["no secret", { secrets: [] }, /^secrets: /],
    ["a short secret", { secrets: ["short"] }, /^secrets\.0: use a key of at least 16 bytes/],
    ["a secret that is empty within", { secrets: ["whsec_"] }, /at least 16 bytes/],
    [
      "all addresses in clear",
      { listen: "0.0.0.0:8787" },
      /^listen: it can be reached from other machines.*behind_proxy/,
    ],
    ["all addresses of IPv6 in clear", { listen: "[::]:8787" }, /^listen: it can be reached/],
    ["loopback within IPv6", { listen: "[::ffff:127.0.0.1]:8787" }, /^listen: it can be reached/],
    ["a name that looks like loopback", { listen: "127.evil.example:8787" }, /^listen: it can be reached/],
    ["no port", { listen: "127.0.0.1" }, /^listen: use host:port/],
    ["a port that is none", { listen: "127.0.0.1:65536" }, /^listen: use host:port/],
    ["any port", { listen: "127.0.0.1:0" }, /^listen: use host:port/],
    ["a URL", { listen: "http://127.0.0.1:80" }, /^listen: use host:port/],
    ["a path with a query", { path: "/a?b=1" }, /^path: use a path/],
    ["a certificate without its key", { tls: { cert: "file:/c" } }, /^tls\.key: /],
  ])("refuses %s", (_, keys, says) => {
    expect(problemsOf(keys).join("\n")).toMatch(says);
  });

  test("reads an IPv6 address in brackets", () => {
    expect(placeOf("[::1]:8787")).toEqual({ host: "::1", port: 8787 });
  });
});

describe("the inbound listener", () => {
  test("speaks TLS where it has a certificate", async () => {
    const { cert, key: privateKey } = makeCertificate();
    const { port, takeAll } = await listener({ keys: { tls: { cert, key: privateKey } } });
    takeAll();
    const body = '{"text":"text 1"}';
    const headers = signedHeaders({ body });
    const status = await new Promise((resolve, reject) => {
      const sent = request({
        port,
        host: "127.0.0.1",
        method: "POST",
        headers,
        ca: cert,
        servername: "localhost",
      });
      sent.on("response", (answer) => resolve(answer.resume().statusCode));
      sent.on("error", reject);
      sent.end(body);
    });
    expect(status).toBe(202);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/fetch failed/);
  });

  test("says what is wrong with its certificate", async () => {
    const tls = { cert: "no certificate", key: "no key" };
    const config = inbound.spec.config.parse({ secrets: [key], listen: "127.0.0.1:1", tls });
    const { source } = inbound.open(config, contextOf());
    const connecting = source!.connect(AbortSignal.timeout(5000));
    await expect(connecting).rejects.toMatchObject({ code: "config" });
    await expect(connecting).rejects.toThrow(/^reading tls: .*PEM/);
  });

  test("is tried again where the port is somebody else's, and has it back after a close", async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const config = inbound.spec.config.parse({ secrets: [key], listen });
    const [first, second] = [
      inbound.open(config, contextOf()).source!,
      inbound.open(config, contextOf()).source!,
    ];
    await first.connect(AbortSignal.timeout(5000));
    const connecting = second.connect(AbortSignal.timeout(5000));
    await expect(connecting).rejects.toMatchObject({ code: "unavailable", isRetryable: true });
    await expect(connecting).rejects.toThrow(new RegExp(`^listening on ${listen}: .*EADDRINUSE`));
    await first.close();
    await second.connect(AbortSignal.timeout(5000));
    await second.close();
  });
});
