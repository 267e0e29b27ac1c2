import type { Choice, Clock, RepliesConfig, ReplyOffer } from "@fleetbus/core";
import { z } from "zod";
import { aboutSchema, type About } from "./about.ts";
import type { Records } from "./records.ts";
import { meantToken, newToken } from "./token.ts";

const grantSchema = z.object({
  /** What it may be used for once, with all tokens of the same. */
  request: z.string(),
  about: aboutSchema.optional(),
  /** It says this, without a text. */
  answer: z.string().optional(),
  /** It answers whether a text that was held goes. */
  held: z.object({ id: z.string(), isSent: z.boolean() }).optional(),
  /** How long its token works, in milliseconds. */
  worksMs: z.number().optional(),
});

/** What a token, or a quoted notice, stands for. */
export type Grant = z.infer<typeof grantSchema>;

const usedSchema = z.object({ by: z.string() });

/** What granting needs of one instance. */
export interface GrantDeps {
  readonly records: Records;
  readonly clock: Clock;
  readonly rules: RepliesConfig;
}

/** What an instance can be answered by. All calls reject with `unavailable` without the server. */
export interface Grants {
  /** New tokens for one notice: for a text, and for each of the configured choices. */
  offer(request: string, about: About): Promise<ReplyOffer>;
  /** New tokens for a question of fleet's own: whether a held text goes. */
  ask(held: string, withinMs: number): Promise<readonly Choice[]>;
  /** A far side's id of something that was sent: it can be quoted. */
  sent(providerId: string, grant: { readonly request: string; readonly about: About }): Promise<void>;
  byToken(token: string): Promise<Grant | undefined>;
  byQuote(providerId: string): Promise<Grant | undefined>;
  /** Whether another delivery than `by` used one of its tokens before. */
  isUsed(grant: Grant, by: string): Promise<boolean>;
  /** False where `isUsed`. */
  use(grant: Grant, by: string): Promise<boolean>;
  /** As if `by` had not used it: nothing came of it. */
  giveBack(grant: Grant): Promise<void>;
}

/** The grants of one instance. */
export function grantsOf({ records, clock, rules }: GrantDeps): Grants {
  const issue = async (grant: Grant, ttlMs: number): Promise<string> => {
    const token = newToken();
    const value: Grant = { ...grant, worksMs: ttlMs };
    await records.put({ kind: "token", name: meantToken(token), value, ttlMs });
    return token;
  };
  const userOf = async ({ request }: Grant) => (await records.get("used", request, usedSchema))?.value.by;
  return {
    offer: async (request, about) => {
      const expiresAt = new Date(clock.now() + rules.expire).toISOString();
      const choice = async (label: string): Promise<Choice> => ({
        label,
        token: await issue({ request, about, answer: label }, rules.expire),
      });
      const choices = await Promise.all(rules.choices.map(choice));
      return { token: await issue({ request, about }, rules.expire), choices, expiresAt };
    },
    ask: async (id, withinMs) => {
      const request = `held ${id}`;
      const choice = async (label: string, isSent: boolean): Promise<Choice> => ({
        label,
        token: await issue({ request, held: { id, isSent } }, withinMs),
      });
      return [await choice("Send", true), await choice("Drop", false)];
    },
    sent: async (name, grant) =>
      void (await records.put({ kind: "sent", name, value: grant, ttlMs: rules.expire })),
    byToken: async (token) => (await records.get("token", meantToken(token), grantSchema))?.value,
    byQuote: async (id) => (await records.get("sent", id, grantSchema))?.value,
    isUsed: async (grant, by) => {
      const user = await userOf(grant);
      return user !== undefined && user !== by;
    },
    use: async (grant, by) => {
      // it outlives each token of the request, whatever `expire` is by now, or was where it was issued
      const ttlMs = 2 * Math.max(rules.expire, grant.worksMs ?? 0);
      const used = { kind: "used", name: grant.request, value: { by }, ttlMs, revision: 0 } as const;
      return (await records.put(used)) !== undefined || (await userOf(grant)) === by;
    },
    giveBack: async ({ request }) => records.remove("used", request),
  };
}
