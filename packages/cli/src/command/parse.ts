import { parseArgs } from "node:util";
import { FleetError, messageOf, nearest } from "@fleetbus/core";
import type { Command, Raw } from "./define.ts";
import { argSyntax, flagSyntax } from "./syntax.ts";

/** A command line, read by the command's own declarations. */
export type Parsed = { readonly type: "help" } | { readonly type: "run"; readonly raw: Raw };

/** Reads `argv`; throws `usage` with a way out. Node's own parser: a library for it costs `fleet pub` a tenth of its budget. */
export function parse(name: string, command: Command, argv: readonly string[]): Parsed {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end);
  if (own.some((word) => word === "-h" || word === "--help")) return { type: "help" };
  const { values, positionals } = split(name, command, argv);
  return { type: "run", raw: { ...flagsOf(command, values), ...argsOf(name, command, positionals) } };
}

interface Split {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function split(name: string, command: Command, argv: readonly string[]): Split {
  const syntaxes = Object.values(command.flags).map((flag) => flagSyntax(flag.syntax));
  const options = syntaxes.map(({ name: key, short, takesValue }) => {
    const type = takesValue ? ("string" as const) : ("boolean" as const);
    return [key, { type, ...(short === undefined ? {} : { short }) }] as const;
  });
  try {
    return parseArgs({
      args: [...argv],
      options: Object.fromEntries(options),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw usage(
      name,
      suggest(
        messageOf(error),
        syntaxes.map((syntax) => syntax.name),
      ),
    );
  }
}

/** Node's message says what is wrong and how a text may begin with a dash; what was meant it cannot know. */
function suggest(problem: string, known: readonly string[]): string {
  const [, unknown] = /^Unknown option '--([\w-]+)'/.exec(problem) ?? [];
  const lower = problem.charAt(0).toLowerCase() + problem.slice(1);
  if (unknown === undefined) return lower;
  const begun = known.filter((name) => name.startsWith(unknown));
  const near = begun.length > 0 ? begun : nearest(unknown, known);
  const way =
    near.length > 0
      ? `did you mean ${near.map((name) => `--${name}`).join(" or ")}?`
      : "a text that begins with a dash goes behind --";
  return `${lower.replace(/\. .*/s, "")}; ${way}`;
}

function flagsOf(command: Command, values: Split["values"]): Raw {
  return Object.fromEntries(
    Object.entries(command.flags).map(([key, flag]) => [key, values[flagSyntax(flag.syntax).name]]),
  );
}

function argsOf(name: string, command: Command, positionals: readonly string[]): Raw {
  const raw: Record<string, unknown> = {};
  let left = positionals;
  for (const [key, { syntax }] of Object.entries(command.args)) {
    const { isRequired, isRest } = argSyntax(syntax);
    if (isRequired && left.length === 0) throw usage(name, `${syntax} is missing`);
    if (isRequired && left[0]?.trim() === "") throw usage(name, `${syntax} is empty`);
    raw[key] = isRest ? left : left[0];
    left = isRest ? [] : left.slice(1);
  }
  if (left.length > 0)
    throw usage(name, `"${left[0]}" is one word too many; put a text of several words in quotes`);
  return raw;
}

function usage(name: string, problem: string): FleetError {
  return new FleetError("usage", `reading the command line: ${problem}; see ${name} --help`);
}
