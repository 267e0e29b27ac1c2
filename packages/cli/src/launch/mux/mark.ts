/** What a launch writes on each pane that it opens: names of windows alone prove nothing. */
export interface Mark {
  readonly crew: string;
  readonly name: string;
  readonly cli: string;
}

/** A mark of that fleet (fleet-id.ts) as it is kept. */
export function writeMark({ crew, name, cli }: Mark, fleet: string): string {
  return `${writeCrew(crew, fleet)}:${name}:${cli}`;
}

/** Undefined for what is none, and for another fleet's. */
export function readMark(text: string, fleet: string): Mark | undefined {
  const [owner = "", name, cli, more] = text.split(":");
  const crew = readCrew(owner, fleet);
  const isWhole = crew && name && cli && more === undefined;
  return isWhole ? { crew, name, cli } : undefined;
}

/** A crew of that fleet as it is kept. */
export function writeCrew(crew: string, fleet: string): string {
  return `${crew}@${fleet}`;
}

/** Undefined for another fleet's. */
export function readCrew(text: string, fleet: string): string | undefined {
  const [crew, owner, more] = text.split("@");
  return crew && owner === fleet && more === undefined ? crew : undefined;
}
