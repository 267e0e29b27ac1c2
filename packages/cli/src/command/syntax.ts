/** What a flag's syntax says: `-f, --follow`, `--ttl <duration>`. */
export interface FlagSyntax {
  readonly name: string;
  readonly short?: string;
  readonly takesValue: boolean;
}

/** What a positional argument's syntax says: `<target>`, `[id]`, `[body...]`. */
export interface ArgSyntax {
  readonly isRequired: boolean;
  readonly isRest: boolean;
}

/** Reads a flag's syntax. */
export function flagSyntax(syntax: string): FlagSyntax {
  const {
    short,
    name = "",
    value,
  } = /^(?:-(?<short>\w), )?--(?<name>[\w-]+)(?<value> <.+>)?$/.exec(syntax)?.groups ?? {};
  return { name, takesValue: value !== undefined, ...(short === undefined ? {} : { short }) };
}

/** Reads an argument's syntax. */
export function argSyntax(syntax: string): ArgSyntax {
  return { isRequired: syntax.startsWith("<"), isRest: syntax.includes("...") };
}
