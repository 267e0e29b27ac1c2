import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contextNames, readContext, selectedContext } from "./read-context.ts";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "contexts-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("contexts of the nats CLI", () => {
  it("are read with every key that connecting needs, unknown ones ignored and empty ones unset", async () => {
    await write("lab", {
      description: "the lab",
      url: "nats://a:4222, nats://b:4222",
      user: "",
      token: "t",
      creds: "~/lab.creds",
      ca: "/etc/ca.pem",
      jetstream_domain: "hub",
      inbox_prefix: "_INBOX_x",
      tls_first: true,
      color_scheme: "red",
    });
    expect(await readContext("lab", { HOME: home })).toEqual({
      name: "lab",
      url: "nats://a:4222, nats://b:4222",
      servers: ["nats://a:4222", "nats://b:4222"],
      token: "t",
      creds: join(home, "lab.creds"),
      ca: "/etc/ca.pem",
      jsDomain: "hub",
      inboxPrefix: "_INBOX_x",
    });
  });

  it("default to the selected one, under XDG_CONFIG_HOME where that is set", async () => {
    await write("one", { url: "nats://one" }, "xdg");
    await writeFile(join(home, "xdg/nats/context.txt"), "one\n");
    const env = { HOME: "/nowhere", XDG_CONFIG_HOME: join(home, "xdg") };
    expect(await selectedContext(env)).toBe("one");
    expect((await readContext(undefined, env)).servers).toEqual(["nats://one"]);
  });

  it("name no server where they hold none: then it is the local one", async () => {
    await write("bare", {});
    expect((await readContext("bare", { HOME: home })).url).toBe("nats://127.0.0.1:4222");
  });

  it("that do not exist are told apart from those that do", async () => {
    await write("prod", {});
    await write("dev", {});
    expect(await contextNames({ HOME: home })).toEqual(["dev", "prod"]);
    const error = await failure(readContext("prdo", { HOME: home }));
    expect(error).toMatchObject({ code: "not_found", details: { candidates: ["dev", "prod"] } });
    expect(error.message).toContain("there are dev, prod");
    expect((await failure(readContext("../../../etc/passwd", { HOME: home }))).code).toBe("not_found");
    expect((await failure(readContext(undefined, { HOME: home }))).code).toBe("usage");
  });

  it.each([
    ["is not JSON", "{ url", /nats\/context\/bad\.json: .*JSON/],
    ["has a key of another kind", '{"url": 7}', /expected string/],
    ["takes its credential from nsc", '{"nsc": "nsc://o/a/u"}', /set "creds"/],
    [
      "takes its credential from a secret store",
      '{"creds": "op://vault/x"}',
      /"op:\/\/vault\/x" is no absolute path/,
    ],
  ])("are refused with the file's name when one %s", async (_, content, expected) => {
    await write("bad", content);
    const error = await failure(readContext("bad", { HOME: home }));
    expect(error.code).toBe("config");
    expect(error.message).toMatch(expected);
  });

  it("are never written", async () => {
    await failure(readContext("x", { HOME: home }));
    expect(await readdir(home)).toEqual([]);
  });
});

async function write(name: string, content: object | string, config = ".config"): Promise<void> {
  const folder = join(home, config, "nats", "context");
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${name}.json`),
    typeof content === "string" ? content : JSON.stringify(content),
  );
}

async function failure(promise: Promise<unknown>): Promise<FleetError> {
  const thrown: unknown = await promise.catch((error: unknown) => error);
  if (thrown instanceof FleetError) return thrown;
  throw new Error("expected a FleetError");
}
