import { execa } from "execa";
import { FleetError, messageOf } from "@fleetbus/core";

/** A tmux server of the demo's own: never the user's. */
export interface DemoTmux {
  /** What `tmux -L` takes. */
  readonly label: string;
  /** Starts `argv` in a window of its own; resolves with the pane's id. */
  start(
    argv: readonly string[],
    how: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<string>;
  /** What the pane shows. */
  screen(pane: string): Promise<string>;
  kill(): Promise<void>;
}

/** The tmux on this machine, installed with apt where it is missing and may be. Throws `unavailable` with the way. */
export async function requireTmux(say: (line: string) => Promise<void>): Promise<string> {
  const found = await version();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && (await execa("which", ["apt-get"], { reject: false })).exitCode === 0) {
    await say("tmux is missing: installing it with apt");
    await install();
  }
  const installed = await version();
  if (installed !== undefined) return installed;
  throw new FleetError(
    "unavailable",
    "looking for tmux: it is missing; install it (apt-get install tmux, brew install tmux) and try again",
  );
}

/** A private tmux server named `label`; it begins with its first window. */
export function demoTmux(label: string, env: Readonly<Record<string, string | undefined>>): DemoTmux {
  const tmux = async (...argv: readonly string[]) => {
    const { stdout } = await execa("tmux", ["-L", label, "-f", "/dev/null", ...argv], {
      env,
      extendEnv: false,
      timeout: 5000,
    });
    return stdout;
  };
  return {
    label,
    start: async (argv, { cwd, env: extra }) => {
      const variables = Object.entries(extra).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
      const size = ["-x", "100", "-y", "30"];
      return tmux(
        "new-session",
        "-d",
        "-P",
        "-F",
        "#{pane_id}",
        ...size,
        "-n",
        "worker",
        "-c",
        cwd,
        ...variables,
        ...argv,
      );
    },
    screen: (pane) => tmux("capture-pane", "-p", "-t", pane),
    kill: async () => void (await tmux("kill-server").catch(() => "")), // it had ended
  };
}

async function version(): Promise<string | undefined> {
  const { stdout, failed } = await execa("tmux", ["-V"], { reject: false });
  return failed ? undefined : stdout.trim();
}

/** Without package lists, as in a fresh container, the first try finds nothing. */
async function install(): Promise<void> {
  const options = { timeout: 120_000, env: { DEBIAN_FRONTEND: "noninteractive" } };
  const argv = ["install", "-y", "--no-install-recommends", "tmux"];
  try {
    await execa("apt-get", argv, options).catch(async () => {
      await execa("apt-get", ["update"], options);
      return execa("apt-get", argv, options);
    });
  } catch (error) {
    throw new FleetError("unavailable", `installing tmux with apt: ${messageOf(error)}`, { cause: error });
  }
}
