import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { eventually } from "../tmux.ts";

const program = fileURLToPath(new URL("./zellij.mjs", import.meta.url));

/** The stand-in for zellij, its sessions in a folder of their own. */
export interface TestZellij {
  /** Holds the program `zellij`; to be put before a PATH. */
  readonly bin: string;
  readonly command: string;
  /** `ZELLIJ_SOCKET_DIR` of its sessions. */
  readonly socketDir: string;
  /** Runs it; gives its standard output. Rejects where it refuses. */
  run(...args: readonly string[]): Promise<string>;
  /** The arguments of each call so far, the oldest first. */
  calls(): Promise<readonly (readonly string[])[]>;
  /** Runs one tmux command in the server behind a session: for what a person does with their eyes and hands. */
  tmux(session: string, ...args: readonly string[]): Promise<string>;
  /** Another version from now on. */
  become(version: string): Promise<void>;
  /** Ends all sessions with everything in them, and removes its folder. */
  kill(): Promise<void>;
}

const callSchema = z.array(z.string());

/** Installs it into a new folder; `env` is what its calls in tests run with. */
export async function startZellij(
  version = "0.44.3",
  env: Readonly<Record<string, string>> = {},
): Promise<TestZellij> {
  const home = await mkdtemp(join(tmpdir(), "fleet-zj-"));
  const [bin, socketDir, log] = [join(home, "bin"), join(home, "run"), join(home, "calls")];
  const command = join(bin, "zellij");
  await Promise.all([mkdir(bin), writeFile(log, "")]);
  const become = (next: string) =>
    writeFile(command, `#!/bin/sh\nexec ${process.execPath} ${program} ${next} ${log} "$@"\n`, {
      mode: 0o755,
    });
  await become(version);
  const { PATH = "/usr/bin:/bin" } = process.env;
  const how = {
    env: { PATH, HOME: home, SHELL: "/bin/sh", ...env, ZELLIJ_SOCKET_DIR: socketDir },
    timeout: 20_000,
  };
  const tmux = async (socket: string, args: readonly string[]) =>
    (await promisify(execFile)("tmux", ["-S", socket, ...args], how)).stdout;
  return {
    ...{ bin, command, socketDir, become },
    run: async (...args) => (await promisify(execFile)(command, args, how)).stdout,
    calls: async () =>
      (await readFile(log, "utf8"))
        .split("\n")
        .filter(Boolean)
        .map((row) => callSchema.parse(JSON.parse(row))),
    tmux: async (session, ...args) =>
      tmux(await readFile(join(socketDir, "contract_version_1", session), "utf8"), args),
    kill: async () => {
      for (const name of await readdir(socketDir).catch(() => []))
        if (name.startsWith("tmux-")) await end(join(socketDir, name), tmux);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function end(
  socket: string,
  tmux: (socket: string, args: readonly string[]) => Promise<string>,
): Promise<void> {
  await tmux(socket, ["kill-server"]).catch(() => ""); // it ended by itself
  await eventually(
    () =>
      tmux(socket, ["list-sessions"]).then(
        () => undefined,
        () => true,
      ),
    () => `the end of the server at ${socket}`,
  );
}
