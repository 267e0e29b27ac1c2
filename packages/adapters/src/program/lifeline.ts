import { spawn } from "node:child_process";

/**
 * Reads the number of a process group and then waits for a word. Its end of file comes without one where the daemon is
 * gone, however it went: the kernel closes the pipe after kill -9 too, on Linux as on macOS.
 */
const watch = `read -r group || exit 0
read -r word && exit 0
kill -s TERM -- "-$group"
sleep 0.1
kill -s KILL -- "-$group"`;

/**
 * Ends a process group when this process is gone, by SIGTERM and 0.1 s later SIGKILL; by a shell that waits for that. What
 * it returns lets the group live, and has to be called once. Without a shell the group may outlive this process.
 */
export function lifelineOf(group: number): () => void {
  const watcher = spawn("/bin/sh", ["-c", watch], {
    ...{ cwd: "/", env: { PATH: "/usr/bin:/bin" }, detached: true },
    stdio: ["pipe", "ignore", "ignore"],
  });
  watcher.on("error", () => undefined); // no shell
  watcher.stdin.on("error", () => undefined); // it was ended by somebody
  watcher.stdin.write(`${group}\n`);
  watcher.unref();
  return () => void watcher.stdin.end("done\n");
}
