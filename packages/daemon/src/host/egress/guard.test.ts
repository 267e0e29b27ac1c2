import type { LookupFunction } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { bench, failureOf } from "./far-server.test.support.ts";

const { serve, egress, clear } = bench();
afterEach(clear);

/** A resolver that gives each next answer, the last one for ever, and counts. */
function resolver(...answers: readonly (readonly string[])[]): LookupFunction & { asked: number } {
  const lookup: LookupFunction & { asked: number } = Object.assign(
    ((_, options, callback) => {
      const found = (answers[Math.min(lookup.asked++, answers.length - 1)] ?? []).map((address) => ({
        address,
        family: address.includes(":") ? 6 : 4,
      }));
      if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? "", found[0]?.family);
    }) satisfies LookupFunction,
    { asked: 0 },
  );
  return lookup;
}

describe("a private address", () => {
  const spellings = [
    ...["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "017700000001"],
    ...["127.0.0.1.", "127。0。0。1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1", "0", "0.0.0.0"],
    ...["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "[::]", "[::127.0.0.1]"],
    ...["[64:ff9b::7f00:1]", "localhost", "LOCALHOST", "localhost.", "foo.localhost"],
  ];
  test.each(spellings)("is refused as %s, before a byte goes out", async (host) => {
    let hits = 0;
    const far = await serve((_, response) => {
      hits += 1;
      response.end();
    });
    const error = await failureOf(egress().fetch(`http://${host}:${far.port}/secret-path`));
    expect(error).toMatchObject({ code: "refused", isRetryable: false });
    expect(error.message).toMatch(/no public address/);
    expect(error.message).not.toContain("secret-path");
    expect(hits).toBe(0);
  });

  const elsewhere = [
    ...["10.0.0.1", "172.16.3.4", "192.168.178.1", "100.64.0.1", "169.254.169.254", "168.63.129.16"],
    ...["[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "[::ffff:a9fe:a9fe]", "224.0.0.1", "255.255.255.255"],
  ];
  test.each(elsewhere)("of a network or a cloud is refused: %s", async (host) => {
    expect(await failureOf(egress().fetch(`https://${host}/latest/meta-data/`))).toMatchObject({
      code: "refused",
    });
  });

  test("is called where the config allows its host and port, and no other port of it", async () => {
    const far = await serve((_, response) => response.end("hello"));
    const { fetch } = egress({ allowPrivate: [`127.0.0.1:${far.port}`] });
    expect(await (await fetch(far.url)).text()).toBe("hello");
    const error = await failureOf(fetch(`http://127.0.0.1:${far.port + 1}/`));
    expect(error.code).toBe("refused");
    expect(error.message).toContain(`allow_private = ["127.0.0.1:${far.port + 1}"]`);
  });
});

describe("a name", () => {
  test("that resolves to a private address is refused, with the address", async () => {
    const far = await serve((_, response) => response.end());
    const lookup = resolver(["127.0.0.1"]);
    const error = await failureOf(egress({ lookup }).fetch(`http://rebind.example:${far.port}/`));
    expect(error).toMatchObject({ code: "refused" });
    expect(error.message).toContain("rebind.example resolves to 127.0.0.1");
  });

  test("with one private among public addresses is refused as a whole", async () => {
    const lookup = resolver(["8.8.8.8", "::ffff:10.0.0.1"]);
    expect((await failureOf(egress({ lookup }).fetch("http://two.example/"))).code).toBe("refused");
  });

  test("is resolved once for each connection, so that no second answer is connected to unchecked", async () => {
    const far = await serve((_, response) => response.end("inside"));
    const lookup = resolver(["192.0.2.1"], ["127.0.0.1"], ["8.8.8.8"]);
    const { fetch } = egress({ lookup, timeoutMs: 2000 });
    for (const time of [1, 2]) {
      expect((await failureOf(fetch(`http://rebind.example:${far.port}/`))).code).toBe("refused");
      expect(lookup.asked).toBe(time);
    }
  });

  test("that the config allows may be private, but never a metadata service", async () => {
    const far = await serve((_, response) => response.end("at home"));
    const allowPrivate = [`ntfy.home:${far.port}`];
    const home = egress({ allowPrivate, lookup: resolver(["127.0.0.1"]) });
    expect(await (await home.fetch(`http://ntfy.home:${far.port}/`)).text()).toBe("at home");
    const cloud = egress({ allowPrivate, lookup: resolver(["169.254.169.254"]) });
    expect((await failureOf(cloud.fetch(`http://ntfy.home:${far.port}/`))).code).toBe("refused");
  });

  test.each([
    ["http://home.example/", "home.example:80", "unavailable"],
    ["https://home.example/", "home.example:443", "unavailable"],
    ["https://home.example/", "home.example:80", "refused"],
    ["http://home.example./", "home.example", "unavailable"],
  ])(
    "called as %s where allow_private has %s is %s: the port counts, also where it is not written",
    async (url, entry, code) => {
      const { fetch } = egress({ allowPrivate: [entry], lookup: resolver(["127.99.99.99"]) });
      expect((await failureOf(fetch(url))).code).toBe(code);
    },
  );

  test("that does not resolve is worth another try", async () => {
    const lookup: LookupFunction = (host, _, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" }), []);
    expect(await failureOf(egress({ lookup }).fetch("http://gone.example/x"))).toMatchObject({
      code: "unavailable",
      message: "calling http://gone.example/…: getaddrinfo ENOTFOUND gone.example",
    });
  });
});

describe("a URL", () => {
  test.each([
    "ftp://example.org/",
    "file:///etc/passwd",
    "data:text/plain,hi",
    "gopher://127.0.0.1/",
    "about:blank",
  ])("of another scheme is never called: %s", async (url) => {
    expect(await failureOf(egress().fetch(url))).toMatchObject({ code: "config" });
  });

  test.each([
    ["userinfo", "https://agent:hunter2@hooks.example/"],
    ["nothing parsable", "https://hunter2:not a url"],
    ["a path token and a query secret", "http://10.0.0.1/bothunter2/send?sig=hunter2"],
  ])("with %s is refused without its secret in the error or its causes", async (_, url) => {
    const error = await failureOf(egress().fetch(url));
    expect(`${error.stack}${JSON.stringify(error.details)}${String(error.cause)}`).not.toContain("hunter2");
  });
});
