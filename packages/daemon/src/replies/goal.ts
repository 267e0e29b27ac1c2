import { FleetError, formatAddress, type RepliesConfig, type Said } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import { z } from "zod";
import { aboutSchema, type About } from "./about.ts";
import type { Grant } from "./grant.ts";
import type { Posted, ReplyPost } from "./post.ts";
import { refusal } from "./refusal.ts";

/** Where a text goes, as it is kept while it is held. */
export const goalSchema = z.object({
  /** `lab/web`, or a group. */
  to: z.string(),
  /** What it answers, where it answers a message. */
  about: aboutSchema.optional(),
  text: z.string(),
});

/** Where a text goes, and what of it does. */
export type Goal = z.infer<typeof goalSchema>;

/** What is known of where a text is meant to go. */
export interface Meant {
  readonly said: Extract<Said, { type: "text" | "choice" }>;
  readonly text: string;
  /** What it answers. */
  readonly grant: Grant | undefined;
}

const addressed = /^@(\S+)\s+(\S[\s\S]*)$/u;

/** What it answers comes first, then whom it names, then `replies.to`. Rejects with the names there are. */
export async function goalOf(
  { post, rules }: { readonly post: ReplyPost; readonly rules: RepliesConfig },
  { said, text, grant }: Meant,
): Promise<Goal> {
  if (grant?.about !== undefined) return answering(post, grant.about, text);
  const named = addressed.exec(text);
  const to = said.type === "text" ? said.to : undefined;
  if (to !== undefined) return { to: await placeOf(post, to), text };
  if (named !== null) return { to: await placeOf(post, named[1] ?? ""), text: named[2] ?? "" };
  if (rules.to !== undefined) return { to: await placeOf(post, rules.to), text };
  const names = (await post.names()).join(", ");
  throw refusal("target", `it answers nothing that can still be answered: begin with @name, one of ${names}`);
}

function answering(post: ReplyPost, about: About, text: string): Goal {
  if (about.message !== undefined) return { to: about.from ?? "its sender", about, text };
  return { to: formatAddress(post.nowOf(about, about.time)), text };
}

async function placeOf(post: ReplyPost, target: string): Promise<string> {
  try {
    return await post.placeOf(target);
  } catch (error) {
    if (!(error instanceof FleetError) || error.isRetryable) throw error;
    const names = (await post.names()).join(", ");
    throw refusal("target", `${error.message}; there are ${names}`, { code: error.code });
  }
}

/** Stores it. The answer's own place is what was resolved then. */
export async function postTo(
  post: ReplyPost,
  { to, about, text }: Goal,
  posted: Omit<Posted, "body">,
): Promise<PublishAnswer> {
  if (about?.message === undefined) return post.say({ ...posted, body: text, to });
  const owner = { machine: about.machine, session: about.session };
  return post.answer({ ...posted, body: text, message: about.message, owner });
}
