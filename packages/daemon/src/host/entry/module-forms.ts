import {
  isModuleType,
  toFleetError,
  type AdapterForm,
  type AdapterSchemas,
  type FleetError,
} from "@fleetbus/core";
import { loadAdapter } from "./load.ts";
import { adapterSchemas } from "./schemas.ts";

/** What is known of the adapters that a config names by path or package. */
export interface ModuleForms {
  /** By what the config calls them. Without their URLs' schemes: only a built-in adapter is found by one. */
  readonly forms: AdapterSchemas;
  readonly failures: readonly { readonly type: string; readonly error: FleetError }[];
}

/** Loads the modules among the types of a config, each once, for the forms of their own keys. Runs their code; never rejects. */
export async function moduleForms(types: readonly string[], configFile: string): Promise<ModuleForms> {
  const modules = [...new Set(types)].filter((type) => isModuleType(type, adapterSchemas));
  const loaded = await Promise.all(modules.map((type) => formOf(type, configFile)));
  return {
    forms: Object.fromEntries(loaded.flatMap((each) => ("form" in each ? [[each.type, each.form]] : []))),
    failures: loaded.flatMap((each) => ("error" in each ? [each] : [])),
  };
}

type Loaded =
  | { readonly type: string; readonly form: AdapterForm }
  | { readonly type: string; readonly error: FleetError };

async function formOf(type: string, configFile: string): Promise<Loaded> {
  try {
    const { config, summary } = (await loadAdapter(type, [], configFile)).spec;
    return { type, form: { config, summary } };
  } catch (error) {
    return { type, error: toFleetError(error) };
  }
}
