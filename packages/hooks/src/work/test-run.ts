import type { TestRun } from "@fleetbus/core";

/** What may stand before a runner: it runs what follows, and gives its exit code. */
const launchers =
  /^(?:(?:[A-Za-z_]\w*=\S*|env|command|exec|time|nice|sudo|npx|bunx|xvfb-run|timeout(?: -[ks] [^-\s]\S*| -\S+)* \d\S*|(?:pnpm|yarn|npm) (?:exec|dlx)|(?:uv|poetry|pipenv|hatch|pdm|rye) run|bundle exec|python[\d.]* -m)(?: -\S+)* )+/;

/** Command lines that run tests, by how they begin; the groups are the runner's name, without flags. */
const runners = [
  /^((?:npm|pnpm|yarn|bun)(?: run)? (?:test|t|tst)(?::[\w:.-]{1,40})?)(?= |$)/,
  /^(vitest|jest|mocha|ava|jasmine|pytest|py\.test|unittest|tox|nox|rspec|phpunit|pest|bats|ctest)(?= |$)/,
  /^((?:playwright|go|cargo|deno|dotnet|swift|mix|flutter|dart|bazel|sbt|lein|cabal|stack|composer|rails|zig build) test)(?= |$)/,
  /^((?:cargo nextest|cypress) run)(?= |$)/,
  /^(make|just|task|rake|ninja)(?: -\S+)* (tests?|check)(?= |$)/,
  /^(?:\.\/)?(mvnw?|gradlew?)(?: -\S+)* (test|verify|check)(?= |$)/,
  /^(node)(?: \S+)*? (--test)(?= |$)/,
];

/** What can hardly fail: an exit code that is not 0 is the next one's. */
const harmless = /^(?:cd|export|set|source|\.|mkdir -p|pushd)(?= |$)/;

/** Longer ones are programs of their own. */
const maxLength = 10_000;

/** No such program, or one that cannot be run: nothing was tested. */
const notRun = new Set([126, 127]);

interface Part {
  readonly text: string;
  /** What stands after it: `&&`, `||`, `|`, `;`, `&`, a line's end, or nothing. */
  readonly joint: string;
}

/**
 * The tests that a shell's command line runs, by the usual ways to call a runner; of several the last. What is quoted, or
 * only named as an argument, runs nothing. Whether they passed is told only where the exit code can be theirs alone.
 */
export function testRunIn(command: string, exitCode?: number): TestRun | undefined {
  const parts = command.length > maxLength ? [] : partsOf(command);
  const index = parts.findLastIndex(({ text }) => runnerIn(text) !== undefined);
  const name = runnerIn(parts[index]?.text ?? "");
  if (name === undefined) return undefined;
  const passed = exitCode === undefined ? undefined : isPassed(parts, { index, exitCode });
  return { name, ...(passed === undefined ? {} : { passed }) };
}

function runnerIn(text: string): string | undefined {
  const called = text.replace(launchers, "");
  const found = runners.map((runner) => runner.exec(called)).find((each) => each !== null);
  return found?.slice(1).join(" ");
}

interface Run {
  readonly index: number;
  readonly exitCode: number;
}

function isPassed(parts: readonly Part[], { index, exitCode }: Run): boolean | undefined {
  if (notRun.has(exitCode) || parts.at(-1)?.joint === "&") return undefined;
  const isSet = (option: RegExp) => parts.some(({ text }) => text.startsWith("set ") && option.test(text));
  const after = parts.slice(index, -1).map(({ joint }) => joint);
  const isChain = after.every((joint) => joint === "&&" || (joint === "|" && isSet(/pipefail/)));
  if (!isChain) return undefined;
  if (exitCode === 0) return true;
  const endsAtFailure = isSet(/ -\w*e/);
  const isOthers = ({ text, joint }: Part) => !harmless.test(text) && (joint === "&&" || endsAtFailure);
  return after.length > 0 || parts.slice(0, index).some(isOthers) ? undefined : false;
}

const hereText = /<<-?\s*(['"]?)(\w+)\1([^\n]*)\n[\s\S]*?\n[ \t]*\2[ \t]*(?=\n|$)/g;

/** The simple commands of a command line, without quoted text, here-documents and redirections. */
function partsOf(command: string): readonly Part[] {
  const bare = command
    .replaceAll(hereText, "$3")
    .replaceAll(/\\\n/g, " ")
    .replaceAll(/'[^']*'|"(?:\\.|[^"\\])*"/g, "''")
    .replaceAll(/(?:\d|&)?>{1,2}(?:&\d|\s*[^\s;&|]+)|<{1,3}\s*[^\s;&|]+|[()]/g, " ");
  const pieces = bare.split(/(&&|\|\||\|&?|;|&|\n)/);
  const parts = pieces.flatMap((text, at) =>
    at % 2 === 0 ? [{ text: text.trim().replaceAll(/\s+/g, " "), joint: pieces[at + 1] ?? "" }] : [],
  );
  return parts.filter(({ text }) => text !== "");
}
