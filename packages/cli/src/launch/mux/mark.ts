/** What a launch writes on each pane that it opens: names of windows alone prove nothing. */
export interface Mark {
  readonly crew: string;
  readonly name: string;
  readonly cli: string;
}

/** A mark as it is kept. */
export function writeMark({ crew, name, cli }: Mark): string {
  return `${crew}:${name}:${cli}`;
}

/** Undefined for what is none. */
export function readMark(text: string): Mark | undefined {
  const [crew, name, cli, more] = text.split(":");
  const isWhole = crew && name && cli && more === undefined;
  return isWhole ? { crew, name, cli } : undefined;
}
