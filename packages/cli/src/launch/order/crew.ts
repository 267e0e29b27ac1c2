/** One session that a launch asks for. */
export interface Member {
  /** Its name on the bus (FLEET_SESSION) and that of its window. */
  readonly name: string;
  /** FLEET_ROLE. */
  readonly role: string;
  /** Who is told how its turns end (FLEET_PARENT); undefined for whoever is told by nobody's. */
  readonly parent: string | undefined;
  /** The CLI that runs in it. */
  readonly cli: string;
  /** Given to the CLI before its first prompt. */
  readonly args: readonly string[];
  /** The folder that it works in, absolute. */
  readonly dir: string;
}

/** What a crew is made from: its name, how many workers, and the CLIs, of which the first is the commander's. */
export interface CrewOrder {
  readonly prefix: string;
  readonly workers: number;
  readonly clis: readonly string[];
  readonly dir: string;
}

/** The commander, then its workers; these take the CLIs in turn. */
export function crewOf({ prefix, workers, clis, dir }: CrewOrder): readonly Member[] {
  const cliAt = (at: number) => clis[at % clis.length] ?? "claude";
  const commander = `${prefix}-commander`;
  const worker = (at: number): Member => ({
    ...{ name: `${prefix}-worker-${at + 1}`, role: "worker", parent: commander },
    ...{ cli: cliAt(at), args: [], dir },
  });
  return [
    { name: commander, role: "commander", parent: undefined, cli: cliAt(0), args: [], dir },
    ...Array.from({ length: workers }, (_, at) => worker(at)),
  ];
}
