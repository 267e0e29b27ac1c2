import { describe, expect, test } from "vitest";
import { placeSettings } from "./places.ts";

const of = (env: Readonly<Record<string, string>>, key: string) =>
  placeSettings(env).find((setting) => setting.key === key);

describe("the settings that the environment alone decides", () => {
  test.each([
    ["paths.config", {}, "/home/dev/.config/fleet/fleet.toml", ""],
    ["paths.config", { FLEET_CONFIG: "/etc/f.toml", FLEET_HOME: "/f" }, "/etc/f.toml", "FLEET_CONFIG"],
    ["paths.config", { FLEET_HOME: "/f", XDG_CONFIG_HOME: "/x" }, "/f/fleet.toml", "FLEET_HOME"],
    ["paths.config", { XDG_CONFIG_HOME: "/x" }, "/x/fleet/fleet.toml", "XDG_CONFIG_HOME"],
    ["paths.config", { XDG_CONFIG_HOME: "x" }, "/home/dev/.config/fleet/fleet.toml", ""],
    ["paths.data", { FLEET_HOME: "/f" }, "/f/data", "FLEET_HOME"],
    ["paths.data", { XDG_DATA_HOME: "/x" }, "/x/fleet", "XDG_DATA_HOME"],
    ["paths.run", { XDG_RUNTIME_DIR: "/run/user/7" }, "/run/user/7/fleet", "XDG_RUNTIME_DIR"],
    ["paths.cache", { FLEET_HOME: "/f", FLEET_CACHE: "/c" }, "/c", "FLEET_CACHE"],
    ["paths.cache", { FLEET_CACHE: "/c" }, "/home/dev/.cache/fleet", ""],
    ["session", { FLEET_SESSION: "web" }, "web", "FLEET_SESSION"],
    ["session", {}, null, ""],
  ] as const)("%s of %j is %j, from %j", (key, env, value, from) => {
    const origin = from === "" ? "default" : "env";
    expect(of({ HOME: "/home/dev", ...env }, key)).toEqual({ key, value, origin, from });
  });
});
