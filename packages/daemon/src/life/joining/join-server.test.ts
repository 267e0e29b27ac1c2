import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, pathsOf, systemClock } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { joinServer, type JoinDeps } from "./join-server.ts";

let home: string;
let contexts: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-join-"));
  contexts = join(home, "nats", "context");
  await mkdir(contexts, { recursive: true });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const quiet = () => undefined;

function deps(toml = ""): JoinDeps {
  const { config } = loadConfig(toml, { path: "fleet.toml", mode: 0o600 });
  return {
    paths: pathsOf({ FLEET_HOME: home }),
    env: { XDG_CONFIG_HOME: home, HOME: home, NATS_CREDS: "the creds" },
    config: config.server,
    clock: systemClock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    onStage: quiet,
    signal: AbortSignal.timeout(5000),
  };
}

describe("a server that is named by URL", () => {
  it("is told without the user and password, which only open the door", async () => {
    const joined = await joinServer({ connect: "nats://me:secret@a:4222,nats://me:secret@b:4222" }, deps());
    expect(joined).toEqual({
      url: "nats://a:4222,nats://b:4222",
      access: { credentials: { user: "me", password: "secret" } },
      managed: undefined,
      minted: undefined,
    });
  });

  it("is entered with the credentials of fleet.toml", async () => {
    const joined = await joinServer(
      { connect: "nats://a:4222" },
      deps('[server]\ncreds = "env:NATS_CREDS"\n'),
    );
    expect(joined.access).toEqual({ credentials: { creds: "the creds" } });
  });
});

describe("a server that is named by a context of the nats CLI", () => {
  it.each([
    ["a user", { user: "me", password: "secret" }, { credentials: { user: "me", password: "secret" } }],
    ["a token", { token: "t0ken" }, { credentials: { token: "t0ken" } }],
    ["a URL's own user", { url: "nats://me:x@a:4222" }, { credentials: { user: "me", password: "x" } }],
    ["a domain", { jetstream_domain: "hub" }, { apiPrefix: "$JS.hub.API" }],
    ["files of TLS", { ca: "/ca.pem" }, { tls: { caFile: "/ca.pem" } }],
    ["an inbox", { inbox_prefix: "_INBOX_me" }, { inboxPrefix: "_INBOX_me" }],
  ])("is entered with %s as it says", async (_, said, access) => {
    await writeFile(join(contexts, "work.json"), JSON.stringify({ url: "nats://a:4222", ...said }));
    expect(await joinServer({ context: "work" }, deps())).toMatchObject({ url: "nats://a:4222", access });
  });

  it("is entered with its credentials file", async () => {
    const creds = join(home, "me.creds");
    await writeFile(creds, "the creds");
    await writeFile(join(contexts, "work.json"), JSON.stringify({ url: "nats://a:4222", creds }));
    const joined = await joinServer({ context: "work" }, deps());
    expect(joined.access).toEqual({ credentials: { creds: "the creds" } });
  });

  it("is refused with the file's path where its credentials are gone", async () => {
    const creds = join(home, "gone.creds");
    await writeFile(join(contexts, "work.json"), JSON.stringify({ url: "nats://a:4222", creds }));
    const joining = joinServer({ context: "work" }, deps());
    await expect(joining).rejects.toMatchObject({ code: "config", message: expect.stringContaining(creds) });
  });
});
