import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a desktop of a test's own is made of, and the Debian package of each. */
const packages = {
  Xvfb: "xvfb",
  "dbus-daemon": "dbus",
  "dbus-monitor": "dbus",
  dunst: "dunst",
  "notify-send": "libnotify-bin",
  import: "imagemagick",
} as const;
const path = [process.env["PATH"] ?? "", "/usr/local/bin", "/usr/bin", "/bin"].join(delimiter);

/**
 * Installs with apt what is missing, as root. Resolves with the reason where a desktop cannot be had all the same;
 * rejects instead where it must be (CI=true, as root).
 */
export async function whyNoDesktop(): Promise<string | undefined> {
  if (process.platform !== "linux") return "a desktop of the test's own needs Linux";
  if ((await missing()).length === 0) return undefined;
  const isRoot = process.getuid?.() === 0;
  const said = isRoot ? await install() : undefined;
  const left = await missing();
  if (left.length === 0) return undefined;
  const reason = `no desktop without ${left.join(", ")}: apt-get install ${packagesOf(left).join(" ")}${said === undefined ? "" : ` (${said})`}`;
  if (isRoot && process.env["CI"] === "true") throw new Error(reason);
  return reason;
}

type Program = keyof typeof packages;

async function missing(): Promise<readonly Program[]> {
  const names = ["Xvfb", "dbus-daemon", "dbus-monitor", "dunst", "notify-send", "import"] as const;
  const found = await Promise.all(names.map(isThere));
  return names.filter((_, index) => !found[index]);
}

function packagesOf(programs: readonly Program[]): readonly string[] {
  return [...new Set(programs.map((program) => packages[program]))];
}

/** Installed, as tmux is, not unpacked: Xvfb calls its key compiler by the path that it was built with. */
async function install(): Promise<string | undefined> {
  const options = { timeout: 180_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const names = packagesOf(await missing());
  const apt = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=60", ...names];
  try {
    // Without package lists (a fresh container) the first try finds nothing.
    await run("apt-get", apt, options).catch(async () => {
      await run("apt-get", ["update"], options);
      await run("apt-get", apt, options);
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n").at(-1) ?? "") : String(error);
  }
}

async function isThere(program: string): Promise<boolean> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const isHere = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false, // not in this one
    );
    if (isHere) return true;
  }
  return false;
}
