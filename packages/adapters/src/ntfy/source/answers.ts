import { messageOf, timeLimit, type AdapterContext, type SourceAnswer } from "@fleetbus/core";
import { z } from "zod";
import { jsonOf } from "../../http/answer.ts";
import { callHttp } from "../../http/call.ts";
import type { NtfyConfig } from "../adapter.ts";
import { callOf } from "../call.ts";
import { choiceActions } from "../message.ts";

/** What is told at the main topic of what came in at the reply topic. */
export interface Answers {
  /** Publishes one line about a message, with buttons where it asks; undefined where that did not succeed. */
  tell(id: string, answer: Pick<SourceAnswer, "line" | "choices">): Promise<string | undefined>;
  /** The message that was answered last, as the server remembers it; undefined where it does not, or may not say. */
  last(signal: AbortSignal): Promise<string | undefined>;
}

const tag = "speech_balloon";
const prefix = "re-";
const withinMs = 10_000;
const published = z.object({ id: z.string() });
/** Behind the prefix an id of ntfy's. Who else publishes there could write a time, or what the server takes for nothing. */
const remembered = z.object({ sequence_id: z.string().regex(/^re-[A-Za-z0-9]{12}$/) });

/** An answer bears the id of what it answers in its sequence: told twice it shows once, and the next run finds its place. */
export function answersTo(config: NtfyConfig, context: AdapterContext, closing: AbortSignal): Answers {
  return {
    tell: async (id, { line, choices = [] }) => {
      const actions = choiceActions(config, choices);
      const message = { topic: config.topic, message: line, priority: 2, tags: [tag], actions };
      const body = JSON.stringify({ ...message, sequence_id: `${prefix}${id}` });
      const call = callOf(config, { path: "", headers: { "content-type": "application/json" }, body });
      const signal = AbortSignal.any([closing, timeLimit(withinMs)]);
      try {
        const reply = await callHttp(call, context, { doing: "answering at ntfy", signal });
        return published.safeParse(jsonOf(reply.body)).data?.id;
      } catch (error) {
        context.log.warn({ adapter: context.name, error: messageOf(error) }, "no answer to a reply");
        return undefined;
      }
    },
    last: async (signal) => {
      const path = `${config.topic}/json?poll=1&since=all&tags=${tag}`;
      const limit = AbortSignal.any([closing, signal, timeLimit(withinMs)]);
      try {
        const reply = await callHttp(callOf(config, { path, method: "GET" }), context, {
          doing: "reading the answers at ntfy",
          signal: limit,
        });
        return lastIn(reply.body);
      } catch (error) {
        signal.throwIfAborted();
        context.log.debug({ adapter: context.name, error: messageOf(error) }, "no earlier answers");
        return undefined; // an account that may only write to the topic: listening begins with what is new
      }
    },
  };
}

function lastIn(lines: string): string | undefined {
  const told = lines.split("\n").flatMap((line) => remembered.safeParse(jsonOf(line)).data ?? []);
  return told.at(-1)?.sequence_id.slice(prefix.length);
}
