import { isAbsolute } from "node:path";
import { pathsOf } from "./paths.ts";
import type { Setting } from "./settings.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What the environment alone decides (DESIGN §10), as settings beside those of the config: where fleet's files are, and
 * as which session a command speaks. The first variable of each row that is set decides, as in `pathsOf`.
 */
export function placeSettings(env: Env): readonly Setting[] {
  const paths = pathsOf(env);
  const rows: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["paths.config", paths.configFile, ["FLEET_CONFIG", "FLEET_HOME", "XDG_CONFIG_HOME"]],
    ["paths.data", paths.dataDir, ["FLEET_HOME", "XDG_DATA_HOME"]],
    ["paths.run", paths.runDir, ["FLEET_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME"]],
    ["paths.cache", paths.cacheDir, env["FLEET_HOME"] ? ["FLEET_CACHE", "FLEET_HOME"] : ["XDG_CACHE_HOME"]],
    ["session", env["FLEET_SESSION"] || null, ["FLEET_SESSION"]],
  ];
  return rows.map(([key, value, names]) => {
    const from = names.find((name) => isSet(name, env[name]));
    return from === undefined
      ? { key, value, origin: "default", from: "" }
      : { key, value, origin: "env", from };
  });
}

/** A relative XDG path counts as none by its specification; only `XDG_RUNTIME_DIR` is taken as it stands. */
function isSet(name: string, value: string | undefined): boolean {
  if (value === undefined || value === "") return false;
  return !name.startsWith("XDG_") || name === "XDG_RUNTIME_DIR" || isAbsolute(value);
}
