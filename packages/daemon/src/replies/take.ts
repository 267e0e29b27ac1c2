import {
  bytesOf,
  isReserved,
  maxBodyBytes,
  parseAddress,
  sanitise,
  toFleetError,
  type Clock,
  type RepliesConfig,
  type Said,
  type SourceDelivery,
  type SourceTraits,
} from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Budget } from "../wake/budget.ts";
import { requireDecent, requireSender } from "./admit.ts";
import { goalOf, postTo, type Goal } from "./goal.ts";
import type { Grant, Grants } from "./grant.ts";
import { hold, heldGoal } from "./hold.ts";
import { messageIdOf, type Claim, type Once, type Taken } from "./once.ts";
import type { ReplyPost } from "./post.ts";
import type { Records } from "./records.ts";
import { notNow, refusal } from "./refusal.ts";

/** More than so many are counted, not named. */
const shownPlaces = 3;

/** What taking works with. */
export interface TakeDeps {
  readonly name: string;
  readonly traits: SourceTraits;
  readonly rules: RepliesConfig;
  readonly clock: Clock;
  readonly records: Records;
  readonly grants: Grants;
  readonly once: Once;
  readonly post: ReplyPost;
  readonly rate: Budget;
  /** Sets how many sends a day an adapter has; rejects with the names there are. Resolves with a line. */
  setQuota(said: Extract<Said, { type: "quota" }>, by: string): Promise<string>;
}

/** What became of a delivery, for the audit too. */
export interface Outcome {
  readonly taken: Taken;
  /** `repeat`: it came before, and got the same then. */
  readonly outcome: "taken" | "held" | "dropped" | "repeat";
  readonly text?: string;
}

/**
 * One delivery, from who says it to where it lies (docs/adr/0011). Rejects with a retryable error where it is to come
 * again, with any other where it is refused for good; until it is stored nothing of it stays but its claim.
 */
export async function takeIn(deps: TakeDeps, delivery: SourceDelivery): Promise<Outcome> {
  requireSender(deps, delivery);
  const known = await deps.once.find(delivery.id);
  if (known?.taken !== undefined) {
    if (known.taken.isHeld === true) spendRate(deps); // it is asked anew, with new tokens
    return { taken: known.taken, outcome: "repeat" };
  }
  const { said } = delivery;
  const grant = await grantOf(deps, delivery);
  if (known === undefined) spendRate(deps);
  if (said.type === "quota") return claimed(deps, { delivery, grant }, () => quota(deps, delivery, said));
  const text = textOf(said, grant);
  if (grant?.held === undefined) requireDecent(deps, text);
  return claimed(deps, { delivery, grant }, (claim) => store(deps, { delivery, said, grant, text, claim }));
}

/** What a token or a quote stands for. Where anybody may speak only a token counts, and a wrong one learns nothing. */
async function grantOf(deps: TakeDeps, { id, said }: SourceDelivery): Promise<Grant | undefined> {
  if (said.type === "quota") return undefined;
  const isOpen = deps.traits.vouches === "token";
  if (said.token === undefined) {
    if (isOpen) throw wrongToken(deps, "token", "it has no token");
    const answers = said.type === "text" ? said.answers : undefined;
    return answers === undefined ? undefined : deps.grants.byQuote(answers);
  }
  const grant = await deps.grants.byToken(said.token);
  if (grant === undefined)
    throw wrongToken(deps, "token", "its token is unknown, or too old: answer a newer notice");
  if (await deps.grants.isUsed(grant, id)) throw wrongToken(deps, "used", usedUp);
  return grant;
}

const usedUp = "it was answered before";

/** Wrong ones count too, and never wait: whoever guesses, or says a used one again, keeps nobody behind waiting for it. */
function wrongToken(deps: TakeDeps, why: "token" | "used", text: string): Error {
  if (deps.rate.has(deps.name)) deps.rate.spend(deps.name);
  return refusal(why, text, { isSilent: deps.traits.vouches === "token" });
}

function spendRate({ rate, rules, name }: TakeDeps): void {
  if (!rate.has(name)) {
    const { count, perMs } = rules.rate;
    throw notNow(`more than ${count} in ${perMs / 1000} s (replies.rate)`, rate.freeIn(name));
  }
  rate.spend(name);
}

/** What it says: its own words, else those of the choice. */
function textOf(said: Exclude<Said, { type: "quota" }>, grant: Grant | undefined): string {
  if (grant?.held !== undefined) return "";
  const own = said.type === "text" ? said.text : "";
  if (bytesOf(own) > maxBodyBytes)
    throw refusal("size", `it has ${bytesOf(own)} bytes, ${maxBodyBytes} is the most`, { code: "too_large" });
  const text = sanitise(own.replaceAll("\0", "")).trim();
  const meant = text === "" ? (grant?.answer ?? "") : text;
  if (meant === "") throw refusal("empty", "it says nothing: write a text", { code: "usage" });
  return meant;
}

/**
 * Takes a delivery that is nobody else's, and uses up its token; what is refused after all gives both back, but for what
 * was begun before: it may lie there, though nobody heard so.
 */
async function claimed(
  deps: TakeDeps,
  { delivery, grant }: { readonly delivery: SourceDelivery; readonly grant: Grant | undefined },
  work: (claim: Claim) => Promise<Outcome>,
): Promise<Outcome> {
  const claim = await deps.once.claim(delivery.id);
  const isToken = delivery.said.type !== "quota" && delivery.said.token !== undefined;
  const used = isToken ? grant : undefined;
  if (used !== undefined && !(await deps.grants.use(used, delivery.id))) {
    await claim.drop();
    throw refusal("used", usedUp, { isSilent: deps.traits.vouches === "token" });
  }
  try {
    const outcome = await work(claim);
    await claim.done(outcome.taken);
    return outcome;
  } catch (error) {
    if (toFleetError(error).isRetryable) throw error; // it comes again, and goes on from here
    await claim.drop();
    if (used !== undefined && !claim.isAgain) await deps.grants.giveBack(used);
    throw error;
  }
}

interface Storing {
  readonly delivery: SourceDelivery;
  readonly said: Exclude<Said, { type: "quota" }>;
  readonly grant: Grant | undefined;
  readonly text: string;
  readonly claim: Claim;
}

async function store(deps: TakeDeps, storing: Storing): Promise<Outcome> {
  const { delivery, grant, claim } = storing;
  if (grant?.held !== undefined) return release(deps, grant.held, claim);
  const goal = await goalOf(deps, storing);
  if (!isAskedBack(deps.rules, storing)) return send(deps, goal, { id: delivery.id, claim });
  const line = await hold(deps, delivery.id, goal);
  return { taken: { line, isHeld: true }, outcome: "held", text: goal.text };
}

/** A quote of what is forgotten meant something else than where a free text goes: it is asked back in any case. */
function isAskedBack({ confirm }: RepliesConfig, { said, grant }: Storing): boolean {
  const isLost = said.type === "text" && said.answers !== undefined && grant === undefined;
  return isLost || confirm === "always" || (confirm === "free" && grant?.about === undefined);
}

/** The sender has said whether a held text goes. It is stored under the id of its own delivery, whoever says it. */
async function release(deps: TakeDeps, held: NonNullable<Grant["held"]>, claim: Claim): Promise<Outcome> {
  const goal = await heldGoal(deps, held);
  if (held.isSent) return send(deps, goal, { id: held.id, claim });
  return { taken: { line: `dropped: nothing went to ${goal.to}` }, outcome: "dropped", text: goal.text };
}

async function send(
  deps: TakeDeps,
  goal: Goal,
  { id, claim }: { readonly id: string; readonly claim: Claim },
): Promise<Outcome> {
  const { name, post, clock } = deps;
  const posted = { adapter: name, machine: claim.machine, id: messageIdOf(name, id) };
  const answer = await postTo(post, goal, posted);
  const time = new Date(clock.now()).toISOString();
  return { taken: takenAs(answer, time), outcome: "taken", text: goal.text };
}

function takenAs({ id, to, stage, reason }: PublishAnswer, time: string): Taken {
  const places = to.length > shownPlaces ? `${to.length} sessions` : to.join(", ");
  const only = to.length === 1 ? parseAddress(to[0] ?? "") : undefined;
  const line = `→ ${places}: ${stage}${reason === undefined ? "" : `; ${reason}`}`;
  const about = only === undefined || isReserved(only.session) ? undefined : { ...only, time };
  return { line, message: { id, to: places }, about };
}

async function quota(
  deps: TakeDeps,
  { sender }: SourceDelivery,
  said: Extract<Said, { type: "quota" }>,
): Promise<Outcome> {
  if (deps.traits.vouches !== "signature" || !deps.rules.quotas)
    throw refusal("quota", "it may set no quota: replies.quotas is not set, or nothing is signed", {
      isSilent: deps.traits.vouches === "token",
    });
  return { taken: { line: await deps.setQuota(said, sender?.id ?? deps.name) }, outcome: "taken" };
}
