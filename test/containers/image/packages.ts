import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const maxBuffer = 256 * 1024 * 1024;

/** What an ordinary small Debian machine has; what these need comes along. */
const wanted =
  "base-files bash coreutils findutils grep sed hostname libc-bin login ncurses-base tmux util-linux libstdc++6".split(
    " ",
  );

/** The installed packages that make a machine, with their versions, sorted; the same list is the same content. */
export async function machinePackages(): Promise<readonly string[]> {
  const format =
    "${binary:Package}|${Version}|${db:Status-Abbrev}|${Package}, ${Provides}|${Pre-Depends}, ${Depends}\n";
  const { stdout } = await run("dpkg-query", ["-W", "-f", format], { maxBuffer });
  const installed = stdout.split("\n").filter((line) => line.split("|")[2]?.startsWith("ii") === true);
  return closure(installed.map((line) => packageOf(line)));
}

/** Every path of these packages, as they stand on this machine. */
export async function filesOf(packages: readonly string[]): Promise<readonly string[]> {
  const names = packages.map((name) => name.split("=")[0] ?? "");
  const { stdout } = await run("dpkg-query", ["-L", ...names], { maxBuffer });
  return [...new Set(stdout.split("\n").filter((path) => /^\/[^.]/.test(path) && !isManual(path)))];
}

interface Installed {
  readonly id: string;
  readonly names: readonly string[];
  readonly needs: readonly string[];
}

/** A line's last field may hold `|` itself: alternatives. */
function packageOf(line: string): Installed {
  const [name = "", version = "", , names = "", ...needs] = line.split("|");
  return { id: `${name}=${version}`, names: wordsOf(names), needs: wordsOf(needs.join(",")) };
}

function wordsOf(list: string): readonly string[] {
  const words = list.split(",").map((word) => word.trim().split(/[\s:]/)[0] ?? "");
  return words.filter((word) => word !== "");
}

function closure(installed: readonly Installed[]): readonly string[] {
  const byName = new Map(installed.flatMap((each) => each.names.map((name) => [name, each] as const)));
  const missing = wanted.filter((name) => !byName.has(name));
  if (missing.length > 0) throw new Error(`making a machine: not installed here: ${missing.join(", ")}`);
  const found = new Set<string>();
  const queue = [...wanted];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const each = byName.get(name);
    if (each === undefined || found.has(each.id)) continue;
    found.add(each.id);
    queue.push(...each.needs);
  }
  return [...found].toSorted();
}

function isManual(path: string): boolean {
  return /^\/usr\/share\/(doc|man|info|locale|lintian|bug)\//.test(path);
}
