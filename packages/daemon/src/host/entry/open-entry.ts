import {
  FleetError,
  formatProblem,
  keyProblems,
  keysOf,
  revealSecret,
  revealSecrets,
  ruleProblems,
  schemeOf,
  schemesOf,
  toFleetError,
  typeOfScheme,
  unknownWord,
  type Adapter,
  type AdapterConfig,
  type SecretSources,
} from "@fleetbus/core";
import type { BrokenEntry, HostEntry } from "../host.ts";
import { loadAdapter } from "./load.ts";
import { checkTemplates } from "../notice/template/check-templates.ts";

/** Where adapters and their secrets come from. */
export interface EntrySources {
  readonly builtIn: readonly Adapter[];
  readonly configFile: string;
  readonly secrets: SecretSources;
}

/** Finds an entry's adapter and reads its own keys. Never rejects: what is wrong with one entry stops no other. */
export async function openEntry(
  entry: AdapterConfig,
  sources: EntrySources,
): Promise<HostEntry | BrokenEntry> {
  try {
    return await open(entry, sources);
  } catch (error) {
    return { entry, error: toFleetError(error) };
  }
}

async function open(entry: AdapterConfig, sources: EntrySources): Promise<HostEntry> {
  const written = entry.type === undefined ? await withUrl(entry, sources) : entry;
  const adapter = await adapterOf(written, sources);
  const { spec } = adapter;
  const [problem] = checkTemplates(entry.template);
  if (problem !== undefined)
    throw new FleetError(
      "config",
      `reading template "${problem.kind}" of adapter "${entry.name}": ${problem.message}`,
    );
  const revealed = await revealSecrets(spec.config, keysOf(written, spec), sources.secrets);
  const parsed = spec.config.safeParse(revealed);
  if (!parsed.success) {
    const problems = keyProblems(parsed.error.issues, spec.config).map(formatProblem).join("; ");
    throw new FleetError("config", `reading adapter "${entry.name}": ${problems}`);
  }
  requireReplies(entry, adapter);
  return { entry, adapter: withLimits(adapter, parsed.data), config: parsed.data };
}

/** Of one of somebody's own nothing is known before it is loaded. */
function requireReplies({ name, replies }: AdapterConfig, { spec }: Adapter): void {
  if (replies === undefined || replies.by !== undefined) return;
  const only = 'it only sends: name the adapter that its answers come in by, as by = "hooks"';
  const [problem] = spec.source === undefined ? [only] : ruleProblems(replies, spec.source);
  if (problem !== undefined)
    throw new FleetError("config", `reading replies of adapter "${name}": ${problem}`);
}

/** The adapter with the limits that its config asks for. */
function withLimits(adapter: Adapter, config: unknown): Adapter {
  const text = adapter.spec.textOf?.(config);
  if (text === undefined) return adapter;
  return {
    spec: { ...adapter.spec, text },
    open: (own, context) => adapter.open(own, context),
    ...(adapter.check && { check: (own, context) => adapter.check?.(own, context) ?? Promise.resolve([]) }),
  };
}

/** The URL may be a secret itself. */
async function withUrl(entry: AdapterConfig, { secrets }: EntrySources): Promise<AdapterConfig> {
  return { ...entry, url: await revealSecret(entry.url ?? "", secrets) };
}

async function adapterOf({ name, type, url = "" }: AdapterConfig, sources: EntrySources): Promise<Adapter> {
  if (type !== undefined) return loadAdapter(type, sources.builtIn, sources.configFile);
  const forms = Object.fromEntries(sources.builtIn.map(({ spec }) => [spec.type, spec]));
  const said = typeOfScheme(url, forms);
  const found = sources.builtIn.find(({ spec }) => spec.type === said);
  if (found !== undefined) return found;
  throw new FleetError(
    "config",
    `reading the url of adapter "${name}": ${unknownWord(schemeOf(url), schemesOf(forms))}`,
  );
}
