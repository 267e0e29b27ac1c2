import type { Said } from "../../http/far-server.test.support.ts";
import type { Parameters } from "./methods.test.support.ts";
import { no, yes } from "./said.test.support.ts";

/** One update as the Bot API says it. */
export type RawUpdate = Readonly<Record<string, unknown>> & { readonly update_id: number };

/** The updates of a bot, as its server keeps them until they are confirmed (Client.cpp of tdlib/telegram-bot-api). */
export interface Polls {
  /** Those that are not confirmed yet. */
  readonly kept: () => readonly RawUpdate[];
  /** The offsets that were asked with. */
  readonly offsets: readonly number[];
  /** Whether somebody waits. */
  readonly isAsked: () => boolean;
  /** Something happens: it is kept, unless the bot asked for other kinds alone. */
  happens(what: Readonly<Record<string, unknown>>): number;
  ask(parameters: Parameters<"getUpdates">, gone: AbortSignal): Said | Promise<Said>;
  setWebhook(url: string | undefined): void;
}

const byWebhook =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const byOther =
  "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

/** None yet. Who asks while another waits ends that other's wait with 409, as the real one does. */
export function polls(): Polls {
  let kept: readonly RawUpdate[] = [];
  let allowed: readonly string[] | undefined;
  let webhook: string | undefined;
  let waiting: { readonly end: (said: Said) => void; readonly limit: number } | undefined;
  let lastId = 700_000_000;
  const offsets: number[] = [];

  const wait = ({ timeout, limit }: Parameters<"getUpdates">, gone: AbortSignal) =>
    new Promise<Said>((resolve) => {
      const end = (said: Said) => {
        clearTimeout(timer);
        if (waiting === mine) waiting = undefined;
        resolve(said);
      };
      const mine = { end, limit };
      const timer = setTimeout(() => end(yes([])), timeout * 1000);
      gone.addEventListener("abort", () => end(yes([])), { once: true });
      waiting?.end(no(409, byOther));
      waiting = mine;
    });

  return {
    ...{ kept: () => kept, offsets, isAsked: () => waiting !== undefined },
    happens: (what) => {
      const update = { update_id: (lastId += 1), ...what };
      if (allowed !== undefined && !Object.keys(what).some((kind) => allowed?.includes(kind))) return lastId;
      kept = [...kept, update];
      waiting?.end(yes([update]));
      return lastId;
    },
    ask: (parameters, gone) => {
      if (webhook !== undefined) return no(409, byWebhook);
      const { offset, limit, timeout, allowed_updates: kinds = allowed } = parameters;
      allowed = kinds?.length === 0 ? undefined : kinds;
      offsets.push(offset);
      kept = kept.filter(({ update_id: id }) => id >= offset);
      const found = kept.slice(0, limit);
      return found.length > 0 || timeout === 0 ? yes(found) : wait(parameters, gone);
    },
    setWebhook: (url) => {
      webhook = url;
      if (url !== undefined) waiting?.end(no(409, "Conflict: terminated by setWebhook request"));
    },
  };
}
