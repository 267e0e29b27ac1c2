import { isModuleType, type AdapterSchemas } from "@fleetbus/core";
import { moduleForms, type ModuleForms } from "@fleetbus/daemon";
import { parse } from "smol-toml";
import { z } from "zod";
import { builtInForms, type WrittenConfig } from "./read-settings.ts";

/** A config as TOML alone understands it: what else is wrong with it is for others to say. */
export interface NamedAdapters {
  /** Undefined where it is no TOML. */
  readonly raw: Readonly<Record<string, unknown>> | undefined;
  /** Built-in ones, and those that the config names by path or package. */
  readonly forms: AdapterSchemas;
  /** Modules that could not be loaded, and which entry of the config names each first. */
  readonly failures: readonly (ModuleForms["failures"][number] & { readonly index: number })[];
}

const entriesSchema = z.looseObject({
  adapter: z.array(z.looseObject({ type: z.string().optional().catch(undefined) })).catch([]),
});

/** Loads the modules that a config names, which runs their code, for the forms of their own keys. */
export async function namedAdapters({ text, file }: WrittenConfig): Promise<NamedAdapters> {
  const builtIn = builtInForms();
  const raw = rawOf(text);
  const types = entriesSchema.parse(raw ?? {}).adapter.map(({ type = "" }) => type);
  const modules = types.filter((type) => isModuleType(type, builtIn));
  const { forms, failures } = await moduleForms(modules, file.path);
  return {
    raw,
    forms: { ...forms, ...builtIn },
    failures: failures.map((failure) => ({ ...failure, index: types.indexOf(failure.type) })),
  };
}

function rawOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parse(text);
  } catch {
    return undefined; // whoever loads it says so, with the place
  }
}
