import { describe, expect, test } from "vitest";
import { FleetError, toFleetError } from "../errors/fleet-error.ts";
import { loadConfig } from "./load.ts";
import { resolveSettings, type Setting, type SettingsInput } from "./settings.ts";

const file = loadConfig('ns = "by-file"\nmachine = "lab"\n[wake]\nfleet = "5/m"', { path: "/f.toml" });

function setting(input: SettingsInput, key: string): Setting | undefined {
  return resolveSettings(input).settings.find((each) => each.key === key);
}

describe("precedence", () => {
  const flags = { ns: "by-flag" };
  const env = { FLEET_NS: "by-env" };
  test.each<[string, SettingsInput, string, Setting["origin"], string]>([
    ["a flag is before all", { flags, env, file }, "by-flag", "flag", "--ns"],
    ["the environment is before the file", { env, file }, "by-env", "env", "FLEET_NS"],
    ["an empty variable is an unset one", { env: { FLEET_NS: "" }, file }, "by-file", "config", "/f.toml:1"],
    ["the file is before the default", { file }, "by-file", "config", "/f.toml:1"],
    ["the default is last", {}, "main", "default", ""],
  ])("%s", (...[, input, value, origin, from]) => {
    expect(setting(input, "ns")).toEqual({ key: "ns", value, origin, from });
    expect(resolveSettings(input).config.ns).toBe(value);
  });

  test("what the machine gives is a default", () => {
    const defaults = { machine: "host" };
    expect(setting({ defaults }, "machine")).toMatchObject({ value: "host", origin: "default" });
    expect(setting({ defaults, file }, "machine")).toMatchObject({ value: "lab", origin: "config" });
    expect(resolveSettings({ defaults }).config.machine).toBe("host");
  });

  test("a nested key is set without touching its neighbours", () => {
    const { config } = resolveSettings({
      flags: { "server.url": "nats://h:1" },
      env: { FLEET_URL: "nats://e:1" },
      file,
    });
    expect(config.server.url).toBe("nats://h:1");
    expect(config.wake.fleet).toEqual({ count: 5, perMs: 60_000 });
  });
});

test("every key is listed once, as it is written, with its default", () => {
  const { settings } = resolveSettings({ file });
  const keys = settings.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toEqual(
    expect.arrayContaining(["machine", "server.url", "me.via", "wake.per_session", "policy.max_hops"]),
  );
  expect(setting({ file }, "wake.per_session")).toEqual({
    key: "wake.per_session",
    value: "20/h",
    origin: "default",
    from: "",
  });
  expect(setting({ file }, "wake.fleet")).toEqual({
    key: "wake.fleet",
    value: "5/m",
    origin: "config",
    from: "/f.toml:4",
  });
  expect(setting({ file }, "server.url")?.value).toBeNull();
});

test("no secret is shown: literals and passwords in addresses are redacted, references stay", () => {
  const secret = loadConfig(
    [
      "[server]",
      'url = "nats://me:hunter2@host:4222,nats://other"',
      'creds = "-----BEGIN hunter2"',
      "[[adapter]]",
      'name = "a"',
      'type = "./x.mjs"',
      'token = "hunter2"',
      'api_key = "env:KEY"',
      'auth = { password = "hunter2", user = "u" }',
    ].join("\n"),
    { path: "/f.toml", mode: 0o600 },
  );
  const { settings } = resolveSettings({ file: secret, env: { FLEET_URL: "nats://x:hunter2@h" } });
  expect(JSON.stringify(settings)).not.toContain("hunter2");
  const values = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  expect(values).toMatchObject({
    "server.url": "nats://[redacted]@h",
    "server.creds": "[redacted]",
    "adapter[0].token": "[redacted]",
    "adapter[0].api_key": "env:KEY",
    "adapter[0].auth": { password: "[redacted]", user: "u" },
  });
  expect(setting({ file: secret }, "server.url")?.value).toBe("nats://[redacted]@host:4222,nats://other");
});

test.each([
  [{ env: { FLEET_NS: "No Good" } }, "FLEET_NS=No Good"],
  [{ flags: { machine: "all" } }, "--machine=all"],
])("a flag or variable that cannot be is a usage error that names it: %j", (input, named) => {
  const error = (() => {
    try {
      return resolveSettings(input);
    } catch (thrown) {
      return toFleetError(thrown);
    }
  })();
  expect(error).toBeInstanceOf(FleetError);
  expect(error).toMatchObject({ code: "usage", message: expect.stringContaining(named) });
});
