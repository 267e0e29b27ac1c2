import { createHash } from "node:crypto";
import {
  FleetError,
  messageOf,
  sanitiseLine,
  type AdapterContext,
  type Choice,
  type Notice,
  type SendReceipt,
} from "@fleetbus/core";
import { runProgram, type ProgramEnd, type ProgramRun } from "../program/run-program.ts";
import type { Desk } from "./answers/desk.ts";
import type { DesktopConfig } from "./config.ts";
import { toasters } from "./toast/toast.ts";
import { toolOf, type System } from "./tool.ts";

/** What a daemon of systemd or launchd has no word of. */
const usualPath = [
  ...["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"],
  "/mnt/c/Windows/System32/WindowsPowerShell/v1.0",
].join(":");
const timeoutMs = 20_000;
const maxShown = 300;
/** No timer is longer. */
const longestMs = 2 ** 31 - 1;

/** Shows toasts on one desktop. */
export interface Toasts {
  readonly doing: string;
  /** Shows one, in place of that of the same key; a choice of its `reply` that is picked comes to the desk, until the toast is closed or replaced. */
  show(notice: Notice, signal: AbortSignal): Promise<SendReceipt>;
}

/** The toasts of one instance on a system. */
export function toastsOf(
  config: DesktopConfig,
  {
    system,
    desk,
    context,
  }: { readonly system: System; readonly desk: Desk; readonly context: AdapterContext },
): Toasts {
  const toaster = toasters[toolOf(config, system)];
  const program = config.command ?? toaster.program;
  const doing = `showing a toast by ${program}`;
  const runOf = (args: readonly string[], limitMs: number): ProgramRun => ({
    ...{ doing, env: environmentOf(config), timeoutMs: limitMs },
    command: [program, ...args.map((value) => value.replaceAll("\0", ""))],
  });
  /** The toast is there already: the program that waits for it puts itself in its place. */
  const wait = async (notice: Notice, number: number, signal: AbortSignal) => {
    const { choices = [], expiresAt = "" } = notice.reply ?? {};
    const args = toaster.askingFor?.({ notice, app: config.app, replaces: number }, choices) ?? [];
    const limitMs = Math.min(longestMs, Math.max(1, Date.parse(expiresAt) - context.clock.now()));
    const { stdout } = await runProgram(runOf(args, limitMs), signal);
    const picked = pickedOf(stdout, choices);
    if (picked !== undefined) desk.picks.push({ id: digest(picked.token), token: picked.token });
  };
  return {
    doing,
    show: async (notice, signal) => {
      await desk.waits.end(notice.key);
      const toast = { notice, app: config.app, replaces: desk.shown.numberOf(notice.key) };
      const end = await runProgram(runOf(toaster.argumentsOf(toast), timeoutMs), signal);
      if (end.code === undefined || !toaster.taken.includes(end.code)) throw failureOf(end, doing);
      const number = numberOf(end);
      if (number === undefined) return {};
      desk.shown.add(notice.key, number);
      const isAsking = toaster.askingFor !== undefined && (notice.reply?.choices.length ?? 0) > 0;
      if (isAsking)
        desk.waits.begin(notice.key, (until) =>
          wait(notice, number, until).catch((error: unknown) =>
            context.log.debug({ reason: messageOf(error) }, "a toast is not waited for any more"),
          ),
        );
      return { providerId: String(number) };
    },
  };
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

/** A program prints the name of the action that was picked; nothing where the toast was closed. */
function pickedOf(stdout: string, choices: readonly Choice[]): Choice | undefined {
  const at = /^choice-(\d)$/m.exec(stdout)?.[1];
  return at === undefined ? undefined : choices[Number(at)];
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 32);
}

function numberOf({ stdout }: ProgramEnd): number | undefined {
  const printed = stdout.trim();
  return /^\d{1,10}$/.test(printed) ? Number(printed) : undefined;
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
