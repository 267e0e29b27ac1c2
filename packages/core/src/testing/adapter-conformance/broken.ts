import type { Adapter, Sink } from "../../adapter/contract.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { FleetEvent } from "../../event/event.ts";
import { postSink, type Post, type PostConfig } from "./post.ts";

/** Instances with one sink for all. */
export function sharedSink(
  good: Adapter<PostConfig>,
  postOf: (config: PostConfig) => Post,
): Adapter<PostConfig> {
  const shared = new Map<Post, Sink>();
  const open: Adapter<PostConfig>["open"] = (config) => {
    const post = postOf(config);
    const one = shared.get(post) ?? postSink(post);
    shared.set(post, one);
    return { sink: one };
  };
  return { ...good, open };
}

/** Delivers each second event before the one that came first. */
export function swapping(post: Post): Sink["send"] {
  let held: FleetEvent | undefined;
  return async (event) => {
    const before = held;
    held = before === undefined ? event : undefined;
    if (before !== undefined)
      for (const each of [event, before]) post.arrivals.push({ eventId: each.id, bytes: 4 });
    return {};
  };
}

/** Loses what is sent while another send is under way. */
export function onlyOne(inner: Sink): Sink["send"] {
  let isBusy = false;
  return async (event, signal, notice) => {
    if (isBusy) return {};
    isBusy = true;
    return inner.send(event, signal, notice).finally(() => (isBusy = false));
  };
}

/** Refuses a second close. */
export function closingOnce(inner: { close(): Promise<void> }): () => Promise<void> {
  let isClosed = false;
  return async () => {
    if (isClosed) throw new FleetError("internal", "closing: it is closed");
    isClosed = true;
    await inner.close();
  };
}
