import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@fleetbus/core";
import { decode, parseCreds } from "@nats-io/jwt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inboxPrefixOf, openCredentials } from "./credentials.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "credentials-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the credentials of a managed server", () => {
  it("are tokens that the jwt library verifies, the accounts signed by the operator, users by scoped keys", async () => {
    const { trust, mintSession, hubCredentials } = await open();
    const operator = decode(trust.operator);
    const accounts = Object.entries(trust.accounts).map(([key, jwt]) => ({ key, claims: decode(jwt) }));
    expect(accounts.map(({ claims }) => claims.name)).toEqual(["SYS", "HUB", "SESSIONS"]);
    for (const { key, claims } of accounts) expect([claims.sub, claims.iss]).toEqual([key, operator.sub]);
    const session = await parseCreds(Buffer.from(mintSession({ machine: "lab", session: "web" })));
    expect(session.uc).toMatchObject({
      name: "lab=web",
      nats: { tags: ["ns:main", "m:lab", "s:web", "stream:MAIN_INBOX"] },
    });
    expect(session.aid).toBe(accounts[2]?.key);
    expect((await parseCreds(Buffer.from(hubCredentials()))).aid).toBe(accounts[1]?.key);
  });

  it("hold across runs: the same keys give the same trust, word for word", async () => {
    expect((await open()).trust).toEqual((await open()).trust);
  });

  it("are made once, also by several who need them at a time", async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => open()));
    expect(new Set(opened.map(({ trust }) => trust.operator)).size).toBe(1);
  });

  it("keep no seed of an account's identity, and everything to their user", async () => {
    await open();
    const file = join(folder, "keys", "keys.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const seeds = (await readFile(file, "utf8")).match(/"S[OAU][A-Z2-7]{56}"/g) ?? [];
    expect(seeds.map((seed) => seed.slice(1, 3))).toEqual(["SO", "SA", "SA", "SA"]);
  });

  it("are not replaced when their file is damaged", async () => {
    await open();
    const file = join(folder, "keys", "keys.json");
    await writeFile(file, '{"version":1}');
    await expect(open()).rejects.toThrow(/keys\.json: damaged; restore it/);
    expect(await readFile(file, "utf8")).toBe('{"version":1}');
  });

  it("are minted for names of the grammar only", async () => {
    const { mintSession } = await open();
    for (const session of ["*", ">", "web.api", "Web", "", "a=b", "{{name()}}"]) {
      expect(() => mintSession({ machine: "lab", session })).toThrow(/reading session/);
    }
    expect(() => mintSession({ ns: "a.b", machine: "lab", session: "web" })).toThrow(/reading namespace/);
    expect(() => mintSession({ machine: "lab", session: "me" })).not.toThrow();
  });

  it("have an inbox prefix of their own for each mailbox and namespace", () => {
    const identities = [
      { machine: "lab", session: "web_1" },
      { machine: "lab_web", session: "1" },
      { ns: "other", machine: "lab", session: "web_1" },
    ];
    expect(new Set(identities.map((identity) => inboxPrefixOf(identity))).size).toBe(3);
  });

  it("are given to other NATS tools as a 0600 file and what goes with it", async () => {
    const { contextFor } = await open();
    const context = await contextFor({ machine: "lab", session: "web" }, "nats://127.0.0.1:1");
    expect(context).toMatchObject({
      url: "nats://127.0.0.1:1",
      inbox_prefix: "_INBOX_main=lab=web",
      jetstream_api_prefix: "HUBJS.API",
    });
    expect((await stat(context.creds)).mode & 0o777).toBe(0o600);
    expect((await parseCreds(await readFile(context.creds))).uc.name).toBe("lab=web");
    const long = { ns: "n".repeat(63), machine: "m".repeat(63), session: "s".repeat(63) };
    await expect(contextFor(long, "nats://x")).resolves.toBeDefined();
  });
});

function open() {
  return openCredentials({ paths: { serverDir: folder }, clock: systemClock });
}
