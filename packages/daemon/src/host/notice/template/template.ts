import mustache from "mustache";
import { FleetError, nearest, sanitise } from "@fleetbus/core";
import { isVariable, variableNames, type VariableName } from "../words/variables.ts";

/** What the variables of a notice say; those that are absent say nothing. */
export type View = Readonly<Partial<Record<VariableName, string>>>;

/** A template that is known to render. */
export interface Template {
  /** The variables that stand in it. */
  readonly names: readonly VariableName[];
  /** Every variable passes `escape` once; what the template itself says does not. */
  render(view: View, escape: (value: string) => string): string;
}

/** What is wrong with a template. */
export interface TemplateFault {
  readonly message: string;
  /** What may have been meant. */
  readonly nearest?: string;
}

/** Reads a template; throws `config` with the first of its faults. Nothing is cached: a compiled one is the caller's. */
export function compile(source: string): Template {
  const clean = sanitise(source);
  const [fault] = faultsOf(clean);
  if (fault !== undefined) throw new FleetError("config", `reading a template: ${fault.message}`);
  const writer = new mustache.Writer(); // its own: the library's shared one keeps all templates for ever
  const tags = tagsIn(writer.parse(clean));
  return {
    names: [...new Set(tags.map(({ name }) => name).filter(isVariable))],
    render: (view, escape) => writer.render(clean, view, undefined, { escape }),
  };
}

/** All that is wrong with a template: what does not parse, and what it asks for that there is not. */
export function faultsOf(source: string): readonly TemplateFault[] {
  try {
    return tagsIn(new mustache.Writer().parse(source)).flatMap(faultOf);
  } catch (error) {
    return [{ message: error instanceof Error ? lowerFirst(error.message) : String(error) }];
  }
}

interface Tag {
  readonly symbol: string;
  readonly name: string;
  readonly isInside: boolean;
}

/** Mustache's token: symbol, value, start, end and, of a section, the tokens within. */
function tagsIn(tokens: unknown, isInside = false): readonly Tag[] {
  if (!Array.isArray(tokens)) return [];
  return tokens.flatMap((token: unknown) => {
    if (!Array.isArray(token) || token[0] === "text") return [];
    const tag = { symbol: String(token[0]), name: String(token[1]), isInside };
    return [tag, ...(Array.isArray(token[4]) ? tagsIn(token[4], true) : [])];
  });
}

function faultOf({ symbol, name, isInside }: Tag): readonly TemplateFault[] {
  if (symbol === "!" || symbol === "=") return [];
  if (symbol === ">") return [{ message: `there are no partials: {{>${name}}}` }];
  if (symbol === "&")
    return [{ message: `what it shows is always escaped for the channel: write {{${name}}}` }];
  if (isVariable(name) || (name === "." && isInside && symbol === "name")) return [];
  const [near] = nearest(name, variableNames);
  return [
    {
      message: `there is no variable "${name}"${near === undefined ? "" : `; did you mean ${near}?`}`,
      ...(near === undefined ? {} : { nearest: near }),
    },
  ];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
