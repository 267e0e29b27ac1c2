/** How the daemon is started by the machine itself. */
export interface UnitOptions {
  /** argv of the daemon in the foreground: node, the fleet bundle, `up`, `--foreground`. */
  readonly argv: readonly string[];
  /** Environment that the unit must carry (`FLEET_HOME`, …). */
  readonly env: Readonly<Record<string, string>>;
}

/** A service file and where it belongs below the user's home. */
export interface Unit {
  readonly path: string;
  readonly content: string;
  /** The commands that switch it on. */
  readonly enable: readonly (readonly string[])[];
}

/** The unit of this platform: systemd (user) on Linux, launchd on macOS. Both outlive the terminal and restart a crash, not a daemon that was stopped. */
export function renderUnit(platform: NodeJS.Platform, options: UnitOptions): Unit {
  return platform === "darwin" ? launchdUnit(options) : systemdUnit(options);
}

function systemdUnit({ argv, env }: UnitOptions): Unit {
  const lines = [
    "[Unit]",
    "Description=fleet: the local edge of the bus",
    "",
    "[Service]",
    ...Object.entries(env).map(([name, value]) => `Environment=${systemdQuote(`${name}=${value}`)}`),
    `ExecStart=${argv.map(systemdQuote).join(" ")}`,
    "Restart=on-failure",
    "RestartSec=1",
    // The daemon ends its server itself; a kill of the whole group would race with it.
    "KillMode=mixed",
    "TimeoutStopSec=20",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ];
  return {
    path: ".config/systemd/user/fleet.service",
    content: lines.join("\n"),
    enable: [
      ["systemctl", "--user", "daemon-reload"],
      ["systemctl", "--user", "enable", "--now", "fleet.service"],
    ],
  };
}

function launchdUnit({ argv, env }: UnitOptions): Unit {
  const strings = argv.map((each) => `    <string>${xml(each)}</string>`);
  const variables = Object.entries(env).map(
    ([name, value]) => `    <key>${xml(name)}</key><string>${xml(value)}</string>`,
  );
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0"><dict>',
    "  <key>Label</key><string>fleet.daemon</string>",
    "  <key>ProgramArguments</key><array>",
    ...strings,
    "  </array>",
    "  <key>EnvironmentVariables</key><dict>",
    ...variables,
    "  </dict>",
    "  <key>RunAtLoad</key><true/>",
    "  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>",
    "</dict></plist>",
    "",
  ];
  const path = "Library/LaunchAgents/fleet.daemon.plist";
  return { path, content: lines.join("\n"), enable: [["launchctl", "load", "-w", path]] };
}

/** systemd expands % and $ and splits at spaces. */
function systemdQuote(text: string): string {
  const escaped = text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/%/g, "%%").replace(/\$/g, "$$$$");
  return /[\s"'\\]/.test(text) ? `"${escaped}"` : escaped;
}

function xml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
