import { placed, type LoadedConfig, type Problem } from "@fleetbus/core";
import { checkTemplates } from "./check-templates.ts";

/** What is wrong with the templates of a config's adapters, each with its place in the file. */
export function templateProblems({ config, positions }: LoadedConfig): readonly Problem[] {
  return config.adapter.flatMap(({ template }, index) =>
    checkTemplates(template).map(({ kind, field, message }) => {
      const path = `adapter[${index}].template.${kind}${field === undefined ? "" : `.${field}`}`;
      return placed({ path, message }, positions);
    }),
  );
}
