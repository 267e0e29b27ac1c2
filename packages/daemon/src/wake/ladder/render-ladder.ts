import { wakeSteps, type WakeStep } from "@fleetbus/core";
import { wakeLadder, type Cell } from "./ladder.ts";

const columns: readonly (readonly [cli: string, title: string])[] = [
  ["claude", "Claude Code"],
  ["codex", "Codex"],
  ["gemini", "Gemini CLI"],
  ["grok", "Grok"],
  ["any other", "any other CLI"],
];

const head = [
  "# How a sleeping session is woken",
  "",
  "Mail for a session that is idle climbs this ladder, best rung first, until the session's own prompt proves that it woke.",
  "`fleet doctor --wake <session>` says the same of one session as it stands now: which rungs are open, why the others are",
  "not, what to do. Generated from `packages/daemon/src/wake/ladder/ladder.ts`, by which the daemon climbs.",
];

/** docs/wake.md: who has which rung, and for each gap the reason and the way out. */
export function renderLadder(): string {
  const titles = columns.map(([, title]) => title);
  return [
    ...head,
    "",
    ...table(
      ["rung", "how", ...titles],
      wakeSteps.map((rung) => [
        `\`${rung}\``,
        wakeLadder[rung].how,
        ...columns.map(([cli]) => mark(columnCell(rung, cli))),
      ]),
    ),
    "",
    "`(yes)`: not in every permission mode.",
    "",
    "## Why, and why not",
    "",
    ...table(["rung", "CLI", "", "why", "way out"], wakeSteps.flatMap(reasonsOf)),
    "",
    "A session whose hooks are silent ([drift](clis.md)) has no rung that reaches it until they speak again.",
    "",
    "## What a wake costs",
    "",
    "A turn, with all of the conversation before it. So one wake is for all mail that waits, low mail and notes wake nobody (they",
    'come with the next prompt), and with `[wake] batch = "30s"` ordinary mail gathers for so long first; what is high or urgent',
    "wakes at once and takes the rest along. `per_session` and `fleet` bound how many there are in an hour.",
    "",
  ].join("\n");
}

function columnCell(rung: WakeStep, cli: string): Cell {
  const { clis, other } = wakeLadder[rung];
  return clis[cli] ?? other;
}

function mark({ has, modes }: Cell): string {
  if (modes === undefined) return has ? "yes" : "no";
  return "(yes)";
}

/** One row for all CLIs of which the ladder says the same. */
function reasonsOf(rung: WakeStep): readonly (readonly string[])[] {
  const cells = new Map<Cell, string[]>();
  for (const [cli, title] of columns) {
    const cell = columnCell(rung, cli);
    cells.set(cell, [...(cells.get(cell) ?? []), title]);
  }
  return [...cells].flatMap(([cell, titles]) => [
    reason(rung, titles.length === columns.length ? "all" : titles.join(", "), cell),
    ...Object.entries(cell.modes ?? {}).map(([mode, special]) =>
      reason(rung, `${titles.join(", ")} in ${mode}`, special),
    ),
  ]);
}

function reason(rung: WakeStep, who: string, { has, why, way }: Cell): readonly string[] {
  return [`\`${rung}\``, who, has ? "yes" : "no", why, way ?? ""];
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
}
