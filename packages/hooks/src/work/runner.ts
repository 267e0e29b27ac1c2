/** Options that take the next word, by the program; of all others each stands alone. */
const valued: Readonly<Record<string, string>> = {
  env: "-u -C",
  nice: "-n",
  sudo: "-u -g",
  timeout: "-k -s",
  npx: "-p --package",
  uv: "--with --extra --group --project --directory -p --python --env-file",
  python: "-W -X",
  npm: "--prefix -C -w --workspace",
  pnpm: "-C --dir -F --filter",
  yarn: "--cwd",
  bun: "--cwd --filter",
  go: "-C",
  make: "-C -f -I --directory --file",
  ninja: "-C -f",
  just: "-f -d",
  task: "-d -t",
  mvn: "-f -pl -P -s",
  gradle: "-p -b",
  node: "--import --loader --experimental-loader -r --require -C --conditions",
};

/** What runs the words after it, and gives their exit code. */
const launchers = /^(?:env|command|exec|time|nice|nohup|sudo|npx|bunx|xvfb-run|cross-env)$/;
const exec = /^(?:exec|dlx)$/;
const run = /^run$/;
/** The same, behind a word of its own. */
const launchersWith: Readonly<Record<string, RegExp>> = {
  ...{ timeout: /^\d/, bundle: /^exec$/ },
  ...{ npm: exec, pnpm: exec, yarn: exec },
  ...{ uv: run, poetry: run, pipenv: run, hatch: run, pdm: run, rye: run },
};

const alone =
  /^(?:vitest|jest|mocha|ava|jasmine|pytest|py\.test|unittest|tox|nox|rspec|phpunit|pest|bats|ctest)$/;
const withTest =
  /^(?:playwright|go|cargo|deno|dotnet|swift|mix|flutter|dart|bazel|sbt|lein|cabal|stack|composer|rails|manage\.py|nx|turbo)$/;
const script = /^(?:test|t|tst)(?::[\w:.-]{1,40})?$/;

/** Words after which nothing is tested, or less than the name says. */
const testsNothing =
  /^(?:--?help|-h|--?version|--collect-only|--co|--list-?tests|--list|--no-run|--dry-run|--show-?config|--clear-?cache|--if-present|--init|--fixtures|--markers|--show-only|-DskipTests.*|-Dmaven\.test\.skip.*)$/i;
const testsNothingOf: Readonly<Record<string, RegExp>> = {
  make: /^-\w*[nqt]\w*$/,
  ninja: /^-n$/,
  gradle: /^(?:-m|-x)$/,
  go: /^-(?:c|list)(?:=.*)?$/,
  ctest: /^-N$/,
  tox: /^(?:-l|list|config)$/,
  nox: /^-l$/,
  vitest: /^(?:list|init|bench|-v)$/,
  jest: /^-v$/,
  dotnet: /^-t$/,
};

/** More are arguments of no meaning here. */
const maxWords = 200;

/** The name of the test runner that a simple command calls, as it is called without flags; undefined for all else. */
export function runnerOf(command: readonly string[]): string | undefined {
  const words = launched(command.slice(0, maxWords));
  const program = programOf(words[0]);
  const rest = words.slice(1);
  const nothing = ownOf(testsNothingOf, plainOf(program));
  const isNothing = rest.some((word) => testsNothing.test(word) || nothing?.test(word) === true);
  return isNothing ? undefined : named(program, rest);
}

/** Of a path its last part; of the ways to write one program one. */
function programOf(word = ""): string {
  const name = word.slice(word.lastIndexOf("/") + 1).replace(/\.(?:cmd|exe|bat)$/, "");
  return /^python[\d.]*$/.test(name) ? "python" : name;
}

/** Without what stands before the program; nothing where a launcher was only asked about it (`command -v`). */
function launched(command: readonly string[]): readonly string[] {
  let words = command;
  for (;;) {
    const next = behindLauncher(words);
    if (next === undefined) return programOf(words[0]) === "python" ? moduleOf(words) : words;
    words = next;
  }
}

/** What the first word launches; undefined where it launches nothing. */
function behindLauncher(words: readonly string[]): readonly string[] | undefined {
  const [first = "", second = ""] = words;
  const program = programOf(first);
  if (/^[A-Za-z_]\w*=/.test(first)) return words.slice(1);
  if (program === "command" && /^-[vV]$/.test(second)) return [];
  const next = pastOptions(words.slice(1), program);
  if (launchers.test(program)) return next;
  const word = ownOf(launchersWith, program);
  return word?.test(next[0] ?? "") === true ? pastOptions(next.slice(1), program) : undefined;
}

/** What Python runs: a module, or a program of Django's. */
function moduleOf(words: readonly string[]): readonly string[] {
  const at = words.findIndex(
    (word, index) => index > 0 && !(word.startsWith("-") || /^-[WX]$/.test(words[index - 1] ?? "")),
  );
  const isRun = words[at - 1] === "-m" || programOf(words[at]) === "manage.py";
  return isRun && at > 0 ? words.slice(at) : [];
}

/** Options and their values are passed over. */
function pastOptions(words: readonly string[], program: string): readonly string[] {
  const pairs = ownOf(valued, plainOf(program))?.split(" ") ?? [];
  let at = 0;
  while (/^[-+]./.test(words[at] ?? "")) at += pairs.includes(words[at] ?? "") ? 2 : 1;
  return words.slice(at);
}

/** A wrapper takes what its program does. */
function plainOf(program: string): string {
  return program === "mvnw" || program === "gradlew" ? program.slice(0, -1) : program;
}

function named(program: string, rest: readonly string[]): string | undefined {
  const words = pastOptions(rest, program);
  const [first = "", second = ""] = words;
  if (alone.test(program)) return program;
  if (/^(?:npm|pnpm|yarn|bun)$/.test(program)) return scriptOf(program, words);
  if (withTest.test(program) && first === "test") return `${program} test`;
  const both = `${program} ${first} ${second}`;
  if (/^(?:cargo nextest run|zig build test|deno task test|turbo run test)$/.test(both)) return both;
  if (program === "cypress" && first === "run") return "cypress run";
  if (program === "node")
    return rest.slice(0, rest.length - words.length).includes("--test") ? "node --test" : undefined;
  const target = targetOf(program, rest);
  return target === undefined ? undefined : `${program} ${target}`;
}

/** A script of a package, its own or another workspace's; with pnpm and yarn also a program that it has installed. */
function scriptOf(program: string, words: readonly string[]): string | undefined {
  const own = words[0] === "workspace" ? pastOptions(words.slice(2), program) : words;
  const isRun = own[0] === "run" || own[0] === "run-script";
  const [name = ""] = isRun ? pastOptions(own.slice(1), program) : own;
  if (script.test(name)) return `${program} ${isRun ? "run " : ""}${name}`;
  return !isRun && (program === "pnpm" || program === "yarn") && alone.test(name) ? name : undefined;
}

/** Of those that take many targets any, of the others the first. */
function targetOf(program: string, rest: readonly string[]): string | undefined {
  if (/^(?:just|task)$/.test(program))
    return pastOptions(rest, program)
      .slice(0, 1)
      .find((word) => /^(?:tests?|check)$/.test(word));
  const isJava = /^(?:mvnw?|gradlew?)$/.test(program);
  if (!isJava && !/^(?:make|gmake|rake|ninja)$/.test(program)) return undefined;
  const known = isJava ? /^(?::?[\w.-]+:)*(?:test|verify|check)$/ : /^(?:tests?|check)$/;
  for (let left = pastOptions(rest, program); left.length > 0; left = pastOptions(left.slice(1), program))
    if (known.test(left[0] ?? "")) return left[0]?.split(":").at(-1);
  return undefined;
}

function ownOf<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
