import { FleetError, type Clock } from "@fleetbus/core";
import { contextOf, type Context } from "../../command/context.ts";
import { stay } from "../../daemon-client/stay.ts";
import { readOverview } from "./picture.ts";
import { viewFor, type View } from "./view.ts";

/** What changes together is shown together. */
const settleMs = 200;
/** How often times are redrawn at a terminal, without asking the daemon. */
const tickMs = 1000;
/** How often the daemon is asked although nothing was heard: a server that went away makes no sound. */
const askMs = 15_000;

/** Shows the overview again whenever an event or a message says that it may have changed, until a signal. */
export async function watch(isJson: boolean, context: Context): Promise<never> {
  const view = viewFor(isJson, context);
  await view.begin();
  try {
    return await stay(context, () => followOnce(view, context));
  } finally {
    await view.end();
  }
}

/** Until the daemon goes away, which rejects with `unavailable`. */
async function followOnce(view: View, { world }: Context): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([world.signal, over.signal]);
  const inner = contextOf({ ...world, signal });
  const api = inner.api();
  const changes = changesOf(world.clock);
  const hear = async (stream: AsyncIterable<unknown>): Promise<never> => {
    for await (const _heard of stream) changes.ring();
    throw new FleetError("unavailable", "following the daemon: it has stopped");
  };
  const events = api.events({ session: undefined, kind: undefined, since: undefined, follow: true });
  try {
    await Promise.all([hear(events), hear(api.arrivals()), redraw(view, changes, inner)]);
  } finally {
    over.abort();
  }
}

async function redraw(view: View, changes: Changes, context: Context): Promise<never> {
  const { clock, signal } = context.world;
  for (;;) {
    const overview = await readOverview(context.api());
    await view.show(overview);
    const askAt = clock.monotonic() + askMs;
    while (!(await changes.within(tickMs, signal)) && clock.monotonic() < askAt) await view.tick(overview);
    await clock.sleep(settleMs, signal);
  }
}

/** Whether something was heard since the last look. One waits at a time. */
interface Changes {
  ring(): void;
  /** True as soon as it rang, false after `ms`. Rejects with the signal. */
  within(ms: number, signal: AbortSignal): Promise<boolean>;
}

function changesOf(clock: Clock): Changes {
  let hasRung = false;
  let wake = (): void => undefined;
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    within: async (ms, signal) => {
      const over = new AbortController();
      const rung = new Promise<void>((resolve) => (wake = resolve));
      if (!hasRung) {
        const time = clock.sleep(ms, AbortSignal.any([signal, over.signal]));
        await Promise.race([rung, time]).finally(() => over.abort());
        time.catch(() => undefined); // it was ended here
      }
      signal.throwIfAborted();
      const answer = hasRung;
      hasRung = false;
      return answer;
    },
  };
}
