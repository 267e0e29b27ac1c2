import { FleetError } from "@fleetbus/core";
import type { InboxAnswer, InboxView } from "@fleetbus/core/api";
import { contextOf, type Context } from "../../command/context.ts";
import { stay } from "../../daemon-client/stay.ts";
import { printJsonLine } from "../../output/json.ts";
import { renderMessage } from "./render-message.ts";

/** What to follow. */
export interface FollowOptions {
  readonly session: string | undefined;
  readonly take: boolean;
  readonly json: boolean;
}

/**
 * Prints what an inbox holds and what arrives, until a signal. One's own messages are acknowledged one by one, each after
 * it was printed: whatever ends this, they were printed or are still there. Another's are only shown, or with `take`
 * drained as `fleet inbox --take` does. How many there were is said at the end.
 */
export async function followInbox(options: FollowOptions, context: Context): Promise<never> {
  const who = await context.api().whoami();
  const name = options.session ?? who.session;
  const reader: Reader = { ...options, isOwn: name === who.session, seen: new Set(), taken: 0 };
  const read = () => readOnce(reader, context);
  try {
    return await stay(context, async () => {
      await read();
      for await (const _arrival of context.api().arrivals(name)) await read();
    });
  } finally {
    const verb = reader.isOwn || reader.take ? "took" : "showed";
    await context.say(`${verb} ${reader.taken} ${reader.taken === 1 ? "message" : "messages"}`);
  }
}

interface Reader extends FollowOptions {
  readonly isOwn: boolean;
  /** Printed already: what is only looked at comes with every reading. */
  readonly seen: Set<string>;
  taken: number;
}

/** Once begun, a message is printed and accounted for: a signal is heeded between two of them. */
async function readOnce(reader: Reader, { world }: Context): Promise<void> {
  world.signal.throwIfAborted();
  const steady = contextOf({ ...world, signal: new AbortController().signal });
  const { session, take, isOwn } = reader;
  const said = session === undefined ? {} : { session };
  const isTaking = take && !isOwn;
  const answer = await steady.api().inbox(isTaking ? { ...said, take } : { ...said, peek: true });
  // An agent's own fence is offered, and ends with its turn; what is drained at once is printed whatever comes.
  if (answer.text !== undefined) return printFence(reader, answer, steady);
  for (const message of answer.items) {
    if (!isTaking) world.signal.throwIfAborted();
    await printNew(reader, message, steady);
    if (isOwn) await steady.api().ack(message.id).catch(unlessEnded);
  }
}

async function printNew(reader: Reader, message: InboxView, context: Context): Promise<void> {
  const key = `${message.from.machine}/${message.from.session} ${message.id}`;
  if (reader.seen.has(key)) return;
  await (reader.json ? printJsonLine(context, message) : context.print(renderMessage(message)));
  reader.seen.add(key);
  reader.taken += 1;
}

/** As JSON the fence comes with the last of the messages that it holds: its nonces prove the reading. */
async function printFence(
  reader: Reader,
  { items, text = "" }: InboxAnswer,
  context: Context,
): Promise<void> {
  if (text === "") return;
  if (!reader.json) await context.print(text);
  else
    for (const [index, message] of items.entries())
      await printJsonLine(context, index === items.length - 1 ? { ...message, text } : message);
  reader.taken += items.length;
}

/** Somebody else has ended it meanwhile. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof FleetError) || error.code !== "not_found") throw error;
}
