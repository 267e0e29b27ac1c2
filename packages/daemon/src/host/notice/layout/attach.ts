import type { Attachment } from "@fleetbus/core";
import type { Sheet } from "./sheet.ts";
import type { View } from "../template/template.ts";
import { variableNames, variables, type VariableName } from "../words/variables.ts";

/** What is shorter is attached only where nothing else was cut. */
const minUnits = 500;

/** Files with the whole of what was cut: the longest such variable, and others that are long too. */
export function attachmentsOf({ view, fileStem }: Sheet, cut: View): readonly Attachment[] {
  const lengthOf = (name: VariableName) => view[name]?.length ?? 0;
  return variableNames
    .filter((name) => variables[name].shape !== "whole" && cut[name] !== view[name])
    .toSorted((a, b) => lengthOf(b) - lengthOf(a))
    .filter((name, at) => at === 0 || lengthOf(name) >= minUnits)
    .map((name, at) => ({
      name: fileName(at === 0 ? fileStem : `${fileStem}-${name}`, name),
      mediaType: "text/plain; charset=utf-8",
      bytes: new TextEncoder().encode(`${view[name] ?? ""}\n`),
    }));
}

/** Kinds may be foreign: a file's name holds nothing that a file system or a header takes for its own. */
function fileName(stem: string, name: VariableName): string {
  const safe = stem
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^\.+/, "")
    .slice(0, 100);
  return `${safe}.${variables[name].shape === "tail" ? "log" : "txt"}`;
}
