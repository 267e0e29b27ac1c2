import { stat } from "node:fs/promises";
import { FleetError, messageOf, type CheckResult } from "@fleetbus/core";
import type { SessionView, StatusAnswer } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import { adapterChecks } from "./adapter-checks.ts";
import { pathChecks } from "./path-checks.ts";
import { payloadChecks } from "./payload-checks.ts";
import { sessionChecks } from "./session-checks.ts";

/** Whether the daemon runs and is well, as far as it says itself and its socket shows. */
export async function daemonChecks(context: Context): Promise<readonly CheckResult[]> {
  try {
    const status = await context.daemon().status();
    if (status === undefined) return [{ isOk: false, text: "daemon: it is not running", way: "fleet up" }];
    return [
      { isOk: true, text: `daemon ${status.version}, pid ${status.pid}` },
      await socketCheck(context.paths().socketFile),
      serverCheck(status),
      clockCheck(status, context.world.clock.now()),
      spoolCheck(status),
      deadCheck(status),
      ...meCheck(status),
      ...payloadChecks(status),
      ...(await workChecks(context, status)),
    ];
  } catch (error) {
    const isOther = error instanceof FleetError && error.code === "version";
    return [
      {
        isOk: false,
        text: `daemon: ${messageOf(error)}`,
        way: isOther ? "fleet restart" : "fleet down, then fleet up; its log says more",
      },
    ];
  }
}

/** What only the daemon can tell of the sessions and the adapters; it told of itself before. */
async function workChecks(
  context: Context,
  { machine, server }: StatusAnswer,
): Promise<readonly CheckResult[]> {
  const api = context.api();
  const { items: sessions } = await api.sessions();
  const { items: adapters } = await api.adapters();
  const { items: consumers } = isThere(server) ? await api.consumers() : { items: [] };
  const isHere = ({ state, ...session }: SessionView) =>
    session.machine === machine && state !== "ended" && state !== "lost";
  const here = sessions.filter(isHere);
  return [
    ...adapterChecks(adapters, consumers),
    ...sessionChecks(here),
    ...(await pathChecks(context.world, here)),
  ];
}

function isThere({ isConnected, isAnswering = true }: StatusAnswer["server"]): boolean {
  return isConnected && isAnswering;
}

/** Its mode is the credential of everybody who talks to the daemon. */
export async function socketCheck(file: string): Promise<CheckResult> {
  const { mode, uid } = await stat(file);
  const bits = (mode & 0o777).toString(8);
  const isOwn = process.getuid === undefined || uid === process.getuid();
  return {
    isOk: bits === "600" && isOwn,
    text: `socket ${file}, mode ${bits}${isOwn ? "" : `, of user ${uid}`}`,
    way: "fleet restart makes it anew",
  };
}

function serverCheck({ server }: StatusAnswer): CheckResult {
  const { version } = server;
  const name = `server ${version === undefined ? "" : `${version} `}at ${server.url}`;
  if (!server.isConnected)
    return {
      isOk: false,
      text: `${name}: not connected`,
      way: "fleet restart; what is said meanwhile is spooled",
    };
  if (!isThere(server))
    return {
      isOk: false,
      text: `${name}: connected, and it does not answer`,
      way: "see whether it hangs; what is said meanwhile is spooled",
    };
  // whose version nobody tells here is not fleet's own: one that is too old is refused when it is joined
  const [major = 0, minor = 0] = (version ?? "2.14").split(".").map(Number);
  return {
    isOk: major > 2 || (major === 2 && minor >= 14),
    text: name,
    way: "fleet needs nats-server 2.14 or newer",
  };
}

/** A daemon that started in the future tells of a clock that was set back: deadlines and ids hang on it. */
function clockCheck({ startedAt }: StatusAnswer, now: number): CheckResult {
  const isOk = Date.parse(startedAt) <= now + 1000;
  const text = isOk ? "clock" : `clock: the daemon started at ${startedAt}, which is still to come`;
  return { isOk, text, way: "set the clock, then fleet restart" };
}

function spoolCheck({ spool, server }: StatusAnswer): CheckResult {
  const isStuck = spool.pending > 0 && server.isConnected && spool.bytes > 1_000_000;
  const text = `spool: ${spool.pending} waiting${spool.torn > 0 ? `, ${spool.torn} torn by a crash and passed over` : ""}`;
  return { isOk: !isStuck, text, way: "the server takes nothing: fleet stream shows what is full" };
}

function deadCheck({ dead }: StatusAnswer): CheckResult {
  return {
    isOk: dead === 0,
    text: dead === 0 ? "dead letters: none" : `dead letters: ${dead}`,
    way: "fleet dead shows why; retry or drop them",
  };
}

/** What nobody answered is not lost: it stands in the inbox, or in the session's own dialog. */
function meCheck({ me }: StatusAnswer): readonly CheckResult[] {
  if (me === undefined) return [];
  const { waiting, unanswered } = me;
  const waits = waiting === 0 ? "nothing waits" : `${waiting} ${waiting === 1 ? "waits" : "wait"}`;
  const vain = unanswered === 0 ? "" : `, ${unanswered} of them all of me.via were told of`;
  return [
    { isOk: unanswered === 0, text: `you: ${waits}${vain}`, way: "fleet inbox; fleet shows who waits" },
  ];
}
