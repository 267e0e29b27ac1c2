import { FleetError, formatAddress } from "@fleetbus/core";
import type { Caller, Identity, PublishAnswer } from "@fleetbus/core/api";
import { publishAnswer } from "../inbox/publish.ts";
import { wakefulLeases } from "../inbox/choose.ts";
import type { Edge } from "./edge.ts";
import { send } from "./send.ts";
import { findSession } from "./sessions.ts";

/** Whom to kick, and with what. */
export interface Kick {
  readonly caller: Caller;
  readonly session: string;
  readonly text: string | undefined;
}

/** Makes an idle session take a turn now: with a prompt of the caller's own, or with the mail that waits for it. */
export async function kick(edge: Edge, who: Identity, asked: Kick): Promise<PublishAnswer> {
  const { machine, name } = await findSession(edge, asked.session);
  const to = { machine, session: name };
  if (asked.text !== undefined) {
    const said = {
      caller: asked.caller,
      target: formatAddress(to),
      body: asked.text,
      kind: "request" as const,
    };
    const answer = await send(edge, { who, request: said });
    edge.planner.retry(name);
    return answer;
  }
  const [first] = wakefulLeases(edge.mailboxes.find(name), edge.clock.now());
  if (first === undefined)
    throw new FleetError("usage", `kicking ${formatAddress(to)}: nothing waits for it; give it a prompt`);
  edge.planner.retry(name);
  const { seq } = first.delivery;
  return publishAnswer({ message: first.message, stored: { stream: "INBOX", seq, isDuplicate: false } }, [
    to,
  ]);
}
