import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { builtInAdapters } from "@fleetbus/adapters";
import { adapterEntrySchema, type Adapter, type FleetConfig } from "@fleetbus/core";
import type { Local } from "../life/local.ts";
import { adoptSettings } from "../life/adopt-settings.ts";
import { loadSettings } from "../life/settings.ts";
import type { Edge } from "../requests/edge.ts";
import { rewakeAdapter } from "../wake/rewake.ts";
import type { Waiters } from "../wake/waiters.ts";
import { followConfig } from "./entry/follow-config.ts";
import type { HostEntry } from "./host.ts";
import { openEntry } from "./entry/open-entry.ts";
import { adapterSchemas } from "./entry/schemas.ts";
import { onLadder, rulesOf, withImplied, type MeRules } from "../me/via.ts";

/** The host at work. */
export interface HostedAdapters {
  /** Applies each change of the config file until the signal aborts. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
  /** How the human is reached, by the config in force. */
  me(): MeRules;
}

/** Starts the rungs of the wake ladder, which every machine has, and the adapters of the machine's config. */
export async function startAdapters(edge: Edge, waiters: Waiters, local: Local): Promise<HostedAdapters> {
  const { paths, env, settings, pace, onError } = local;
  const builtIn = [rewakeAdapter(waiters), ...builtInAdapters];
  const rungs = builtIn.filter(isRung).map((adapter) => rungEntry(adapter, env));
  const secrets = { env, readFile: (path: string) => readFile(path, "utf8") };
  let rules = rulesOf(settings.config.me, []);
  let broken: ReadonlyMap<string, string> = new Map();
  const apply = async (config: FleetConfig) => {
    const named = withImplied(config, builtIn).filter(({ enabled }) => enabled);
    const found = await Promise.all(
      named.map((entry) => openEntry(entry, { builtIn, secrets, configFile: paths.configFile })),
    );
    const opened = found.map((each) => onLadder(each, config.me.via));
    const before = broken;
    const failures = opened.flatMap((each) => ("error" in each ? [each] : []));
    broken = new Map(failures.map(({ entry, error }) => [entry.name, error.message]));
    for (const { entry, error } of failures)
      // told once, though it is tried again
      if (before.get(entry.name) !== error.message) onError(error, `starting adapter ${entry.name}`);
    await edge.host.apply({ entries: [...rungs, ...opened], me: config.me });
    rules = rulesOf(config.me, opened);
  };
  await apply(settings.config);
  return {
    me: () => rules,
    follow: (signal) =>
      followConfig(
        {
          file: paths.configFile,
          clock: pace,
          load: () => loadSettings(paths, env, adapterSchemas),
          apply: (next) => {
            const isOther = !isDeepStrictEqual(next.config, local.inForce.now().config);
            if (isOther) adoptSettings(edge, local, next);
            return apply(next.config);
          },
          isWhole: () => broken.size === 0,
          onRefused: (error) => {
            onError(error, "reading the changed config: the one before stays in force");
            edge.host.refused(paths.configFile, error);
          },
          onError,
        },
        signal,
      ),
  };
}

function isRung({ spec }: Adapter): boolean {
  return spec.on?.some((kind) => kind.startsWith("wake.")) === true;
}

function rungEntry(adapter: Adapter, env: Environment): HostEntry {
  const { type } = adapter.spec;
  const entry = adapterEntrySchema.parse({ name: type, type });
  return { entry, adapter, config: adapter.spec.config.parse(rungKeys[type]?.(env) ?? {}) };
}

type Environment = Local["env"];

/** What rungs need to know of this machine. */
const rungKeys: Readonly<Record<string, (env: Environment) => Readonly<Record<string, unknown>>>> = {
  zellij: ({ PATH }) => (PATH === undefined || PATH === "" ? {} : { path: PATH }),
  "codex-queue": (env) => ({
    env: Object.fromEntries(
      ["PATH", "HOME", "CODEX_HOME"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
  }),
};
