import {
  FleetError,
  messageOf,
  timeLimit,
  type AdapterContext,
  type Source,
  type SourceDelivery,
} from "@fleetbus/core";
import type { TelegramConfig } from "../adapter.ts";
import type { Bot } from "../bot-api.ts";
import { forgetUpdates, pollUpdates, type Update } from "./poll.ts";
import { settlingOf } from "./settling.ts";
import { readUpdate } from "./update.ts";

const doing = "listening to Telegram";
/** An answer without updates that came sooner than this did not wait: the next one is not asked for at once. */
const restMs = 1000;
const forgetWithinMs = 2000;

/** Which updates are done with: the far side keeps the others (for a day), so that a crash loses none. */
interface Course {
  /** The first that is not done with. */
  next?: number | undefined;
  /** The far side knows that all before it are. */
  forgotten?: number | undefined;
}

/**
 * What people say to a bot in one chat: new messages and pressed buttons, in their order, by asking for them (no webhook
 * may be set). An update is done with once the host has taken it or refused it for good.
 */
export function telegramSource(config: TelegramConfig, context: AdapterContext): Source {
  const closing = new AbortController();
  const listening = { bot: { config, context }, course: {}, closing: closing.signal };
  let isConnected = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isConnected = true;
    },
    receive: (signal) => heardUntil(AbortSignal.any([signal, closing.signal]), listening, () => isConnected),
    close: async () => {
      closing.abort(closed());
      if (isConnected) await forget(listening);
    },
  };
}

interface Listening {
  readonly bot: Bot;
  readonly course: Course;
  /** Answers are sent until this aborts. */
  readonly closing: AbortSignal;
}

async function* heardUntil(
  signal: AbortSignal,
  listening: Listening,
  isConnected: () => boolean,
): AsyncGenerator<SourceDelivery, void> {
  if (!isConnected() || listening.closing.aborted) throw closed();
  try {
    while (!signal.aborted)
      for (const update of await asked(listening, signal)) yield* handOver(update, listening, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function asked({ bot, course }: Listening, signal: AbortSignal): Promise<readonly Update[]> {
  const { clock } = bot.context;
  const { next } = course;
  const since = clock.monotonic();
  const updates = await pollUpdates(bot, next, signal);
  course.forgotten = next;
  if (updates.length === 0 && clock.monotonic() - since < restMs) await clock.sleep(restMs, signal);
  return updates;
}

/** One update, again and again until it is done with. */
async function* handOver(
  update: Update,
  { bot, course, closing }: Listening,
  signal: AbortSignal,
): AsyncGenerator<SourceDelivery, void> {
  const done = () => void (course.next = update.update_id + 1);
  const heard = readUpdate(bot.config, update);
  if (typeof heard === "string") {
    bot.context.log.info({ update: update.update_id, reason: heard }, "passed over");
    return done();
  }
  bot.context.log.info({ update: update.update_id, sender: heard.sender.id }, "heard");
  for (;;) {
    const { delivery, settled } = settlingOf({ bot, heard, signal: closing }, done);
    yield delivery;
    const againMs = await settled(signal);
    if (againMs === undefined) return;
    await bot.context.clock.sleep(againMs, signal);
  }
}

/** Tells the far side what is done with, where the next question will not come to say it. */
async function forget({ bot, course }: Listening): Promise<void> {
  const { next, forgotten } = course;
  if (next === undefined || next === forgotten) return;
  course.forgotten = next;
  await forgetUpdates(bot, next, timeLimit(forgetWithinMs)).catch((error: unknown) => {
    bot.context.log.debug({ reason: messageOf(error) }, "what is done with will come again");
  });
}

function closed(): FleetError {
  return new FleetError("unavailable", `${doing}: the adapter is not connected`);
}
