import type { Clock, SessionRecord } from "@fleetbus/core";
import type { Edge } from "../requests/edge.ts";
import { soon } from "../life/status.ts";
import { isLive } from "../session/registry.ts";
import { keysOf, meKey, renderLine } from "./line.ts";

const countDeadEveryMs = 10_000;

/** What lines are rendered from. */
export type LinesDeps = Pick<Edge, "bus" | "registry" | "roster" | "mailboxes"> & { readonly clock: Clock };

/** Renders the lines of asked keys; dead letters are counted every ten seconds, as only the server knows them. */
export function linesOf(
  deps: LinesDeps,
): (keys: ReadonlySet<string>) => Promise<ReadonlyMap<string, string>> {
  let dead: number | undefined;
  let countAtMs = 0;
  return async (keys) => {
    if (deps.clock.monotonic() >= countAtMs) {
      dead = (await deadLetters(deps)) ?? dead;
      countAtMs = deps.clock.monotonic() + countDeadEveryMs;
    }
    return render(keys, deps, dead);
  };
}

async function deadLetters({ bus, clock }: LinesDeps): Promise<number | undefined> {
  if (!bus.isConnected()) return undefined;
  const streams = await soon(bus.streams(), clock);
  return streams?.find(({ name }) => name === "DEAD")?.messages;
}

function render(
  keys: ReadonlySet<string>,
  { registry, roster, mailboxes }: LinesDeps,
  dead: number | undefined,
): ReadonlyMap<string, string> {
  const own = registry.live();
  const around = { live: [...own, ...roster.others().filter(isLive)], dead };
  const mailOf = (name: string) => {
    const mailbox = mailboxes.find(name);
    return mailbox === undefined ? 0 : mailbox.held().length + mailbox.deferred().length;
  };
  const lineOf = ({ name, parkedUntil }: SessionRecord) =>
    renderLine({ name, mail: mailOf(name), parkedUntil, isSession: true }, around);
  const lines = own.flatMap((record) =>
    keysOf(record)
      .filter((key) => keys.has(key))
      .map((key) => [key, lineOf(record)] as const),
  );
  const me = renderLine({ name: "me", mail: mailOf("me"), isSession: false }, around);
  return new Map(keys.has(meKey) ? [...lines, [meKey, me] as const] : lines);
}
