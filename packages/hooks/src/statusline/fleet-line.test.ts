import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { installLine, lineDir, lineFile } from "./install-line.ts";
import { lineScript } from "./script-text.ts";

const id = "29291305-ed5c-4775-a01a-64053302be67";

let home = "";
let paths = { hooksDir: "", runDir: "" };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet line's "));
  paths = { hooksDir: join(home, "hooks"), runDir: join(home, "run") };
  await installLine(paths);
});
afterEach(() => rm(home, { recursive: true }));

/** As a daemon with this pid keeps them. */
async function keep(pid: number, lines: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(lineDir(paths), "wanted"), { recursive: true });
  await writeFile(join(lineDir(paths), "daemon"), `${pid}\n`);
  for (const [key, line] of Object.entries(lines)) await writeFile(join(lineDir(paths), key), `${line}\n`);
}

function run(args: readonly string[], input = "", shell: readonly string[] = []) {
  const [file = "", ...rest] = [...shell, lineFile(paths), ...args];
  const { status, stdout, stderr } = spawnSync(file, rest, { input, encoding: "utf8", timeout: 20_000 });
  return { status, stdout, stderr };
}

const said = (stdout: string) => ({ status: 0, stdout, stderr: "" });
const marks = () => readdir(join(lineDir(paths), "wanted"));

describe("the status line's script", () => {
  test("script-text.ts is what fleet-line.sh says; else run `node packages/hooks/embed-scripts.mjs`", async () => {
    expect(lineScript).toBe(await readFile(new URL("fleet-line.sh", import.meta.url), "utf8"));
  });

  test("is installed once, to be run, and has no placeholder left", async () => {
    const before = await stat(lineFile(paths));
    expect(before.mode & 0o777).toBe(0o755);
    expect(await readFile(lineFile(paths), "utf8")).not.toMatch(/@[a-z]+@/);
    await installLine(paths);
    expect((await stat(lineFile(paths))).ino).toBe(before.ino);
  });

  const shells = [["/bin/sh"], ["/bin/bash", "--posix"], ["/bin/bash"]];
  test.each(shells)(
    "%s %s: prints the line of whom it is asked about, and leaves a mark",
    async (...shell) => {
      const key = "pane-%3,,tmp,a b,default";
      await keep(process.pid, {
        [`cli-${id}`]: "[web · 2 peers · ✉ 1]",
        [key]: "[in a pane]",
        "name-me": "[me]",
      });
      const json = { session_id: id, session_name: '"session_id":"other"', cwd: "/x" };
      expect(run(["claude"], JSON.stringify(json), shell)).toEqual(said("[web · 2 peers · ✉ 1]\n"));
      expect(run(["claude"], JSON.stringify(json, null, 2), shell)).toEqual(said("[web · 2 peers · ✉ 1]\n"));
      expect(run(["tmux", "/tmp/a b/default", "%3"], "", shell)).toEqual(said("[in a pane]\n"));
      expect(run(["name", "me"], "", shell)).toEqual(said("[me]\n"));
      expect((await marks()).toSorted()).toEqual([`cli-${id}`, "name-me", key].toSorted());
    },
  );

  test.each(shells)("%s %s: who is not there has no line, but is asked for", async (...shell) => {
    await keep(process.pid, {});
    expect(run(["name", "web"], "", shell)).toEqual(said(""));
    expect(await marks()).toEqual(["name-web"]);
  });

  test.each(shells)("%s %s: says that fleet is down, dim where that can be shown", async (...shell) => {
    expect(run(["name", "me"], "", shell)).toEqual(said("[fleet: down]\n"));
    const gone = spawnSync("/bin/sh", ["-c", "exit 0"]).pid;
    await keep(gone, { "name-me": "[me]", [`cli-${id}`]: "[web]" });
    expect(run(["name", "me"], "", shell)).toEqual(said("[fleet: down]\n"));
    const claude = run(["claude"], JSON.stringify({ session_id: id }), shell);
    expect(claude).toEqual(said("\u001B[2m[fleet: down]\u001B[0m\n"));
    expect(await marks()).toEqual([]);
  });

  test.each([
    ["no arguments", [], ""],
    ["an unknown word", ["other", "x"], ""],
    ["no payload", ["claude"], ""],
    ["a payload without a session", ["claude"], '{"cwd":"/x"}'],
    ["an empty session", ["claude"], '{"session_id":""}'],
    ["a session that is a path", ["claude"], '{"session_id":"../daemon"}'],
    ["a name that is a path", ["name", "../../daemon"], ""],
    ["a name that is too long for a file", ["name", "x".repeat(300)], ""],
    ["not JSON at all", ["claude"], "\u0000\n\u001B]0;x\u0007"],
  ])("%s: prints nothing, marks nothing, exits 0", async (_, args, input) => {
    await keep(process.pid, { "name-me": "[me]" });
    expect(run(args, input)).toEqual(said(""));
    expect(await marks()).toEqual([]);
  });

  test.each(shells)(
    "%s %s: with a command it prints that one's rows first, each with the same JSON",
    async (...shell) => {
      await keep(process.pid, { [`cli-${id}`]: "[web]" });
      const json = JSON.stringify({ session_id: id, cwd: "/it's" });
      const own = `read -r all; printf 'one\\n%s' "$all"; exit 3`;
      expect(run(["with", own], json, shell)).toEqual(said(`one\n${json}\n[web]\n`));
      expect(run(["with", "echo mine >&2"], json, shell)).toEqual(said("[web]\n"));
      expect(run(["with", "true"], "", shell)).toEqual(said(""));
    },
  );

  test("starts no program: it works with an empty PATH", async () => {
    await keep(process.pid, { "name-me": "[me]", [`cli-${id}`]: "[web]" });
    const input = JSON.stringify({ session_id: id });
    const ran = spawnSync(lineFile(paths), ["claude"], {
      input,
      encoding: "utf8",
      env: { PATH: "/nowhere" },
    });
    expect(ran.stdout).toBe("[web]\n");
  });
});
