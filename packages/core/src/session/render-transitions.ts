import { sessionEventKinds } from "../event/kinds.ts";
import { situations, transitions, type Transition } from "./transitions.ts";

/** docs/states.md: the transition table as Markdown, as the formatter leaves it; a test holds the file to it. */
export function renderTransitions(): string {
  const names = ["event", "CLI", "when", ...situations, "why"];
  const rows = sessionEventKinds.flatMap((kind) =>
    transitions.filter((each) => each.kind === kind).map(cellsOf),
  );
  return [...head, ...alignedTable([names, ...rows]), ""].join("\n");
}

const head = [
  "# Session states",
  "",
  "Generated from `packages/core/src/session/transitions.ts`, which drives the daemon, the rebuild from EVENTS and the tests.",
  "A column is what the session is in when the event comes; `none` is a session that fleet does not know.",
  "`–` keeps the state (the session was seen); `✗` changes nothing at all. Of several rows of a kind the first that fits decides.",
  "A sub-agent's event, an id not newer than the last one folded in, and malformed data change nothing.",
  "A start in another process first makes the record a fresh one in `starting`, under the same name.",
  "`idleGeneration` grows with each entry into `idle` or `parked`.",
  "",
];

const signs: Readonly<Record<string, string>> = { same: "–", skip: "✗" };

function cellsOf({ kind, cli, when, to, why }: Transition): readonly string[] {
  return [
    `\`${kind}\``,
    cli ?? "",
    when ?? "",
    ...situations.map((each) => signs[to[each]] ?? to[each]),
    why,
  ];
}

function alignedTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [names = [], ...rest] = rows;
  return [line(names), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)];
}
