import { FleetError, sanitiseLine, type Notice, type SendReceipt, type Sink } from "@fleetbus/core";
import { runProgram, type ProgramEnd, type ProgramRun } from "../program/run-program.ts";
import { connectionlessSink } from "../sending/connectionless-sink.ts";
import { requireFit } from "../text/fits.ts";
import type { DesktopConfig } from "./config.ts";
import { desktopText } from "./limits.ts";
import { shownToasts } from "./shown.ts";
import { toasters } from "./toast/toast.ts";
import { toolOf, type System } from "./tool.ts";

/** What a daemon of systemd or launchd has no word of. */
const usualPath = [
  ...["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"],
  "/mnt/c/Windows/System32/WindowsPowerShell/v1.0",
].join(":");
const timeoutMs = 20_000;
const maxShown = 300;

/** The sink of the desktop adapter on a system. */
export function desktopSink(config: DesktopConfig, system: System): Sink {
  const toaster = toasters[toolOf(config, system)];
  const program = config.command ?? toaster.program;
  const doing = `showing a toast by ${program}`;
  const shown = shownToasts();
  const runOf = (notice: Notice): ProgramRun => {
    const toast = { notice, app: config.app, replaces: shown.numberOf(notice.key) };
    const args = toaster.argumentsOf(toast).map((value) => value.replaceAll("\0", ""));
    return { doing, command: [program, ...args], env: environmentOf(config), timeoutMs };
  };
  return connectionlessSink(doing, async (_event, signal, notice) => {
    requireFit(doing, notice, desktopText);
    const end = await runProgram(runOf(notice), signal);
    if (end.code === undefined || !toaster.taken.includes(end.code)) throw failureOf(end, doing);
    return receiptOf(end, (number) => shown.add(notice.key, number));
  });
}

/** Where the program finds the user's session: what the config says and no more. */
export function environmentOf({ bus, env }: DesktopConfig): Readonly<Record<string, string>> {
  const uid = process.getuid?.();
  const own = uid === undefined ? undefined : `unix:path=/run/user/${uid}/bus`;
  const address = bus ?? own;
  return {
    PATH: usualPath,
    ...(address === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: address }),
    ...env,
  };
}

function receiptOf({ stdout }: ProgramEnd, onNumber: (number: number) => void): SendReceipt {
  const printed = stdout.trim();
  if (!/^\d{1,10}$/.test(printed)) return {};
  onNumber(Number(printed));
  return { providerId: printed };
}

/** A session that is not there now may be there later; a program that does not know its options never will. */
function failureOf({ code, endedBy, stderr, stdout }: ProgramEnd, doing: string): FleetError {
  const answer = sanitiseLine(stderr || stdout).slice(-maxShown);
  const end = code === undefined ? `ended by ${endedBy}` : `exit ${code}`;
  const isForEver = /unknown option|unrecognized option/i.test(answer);
  return new FleetError(isForEver ? "failed" : "unavailable", `${doing}: ${end}${answer && `, ${answer}`}`, {
    details: { answer, ...(code === undefined ? {} : { exitCode: code }) },
  });
}
