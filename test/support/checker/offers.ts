import type { SeenRequest } from "../demo-model.ts";

/** One offering of a message as a model's requests show it: the same fence, however often the conversation was repeated. */
export interface SeenOffer {
  readonly token: string;
  readonly nonce: string;
  readonly session: string;
  /** Order of the first request that held it. */
  readonly seq: number;
  /** It said that it was offered before. */
  readonly isMarked: boolean;
  /** At least one request that held it was answered: the model saw it. */
  wasAnswered: boolean;
}

const fence = /\[fleet:([a-z0-9]+)\] message \S+\n([\s\S]*?)\n\[fleet:\1\] end of message/g;
const tokens = /tok-[a-z0-9]+-\d+/;

/** The offers in all requests, by token, each token's in the order of their first request. */
export function offersIn(requests: readonly SeenRequest[]): ReadonlyMap<string, readonly SeenOffer[]> {
  const byNonce = new Map<string, SeenOffer>();
  for (const request of requests) for (const offer of offersOf(request)) note(byNonce, offer);
  const byToken = new Map<string, SeenOffer[]>();
  for (const offer of byNonce.values())
    byToken.set(offer.token, [...(byToken.get(offer.token) ?? []), offer]);
  return byToken;
}

function offersOf({ texts, session, seq, end }: SeenRequest): readonly SeenOffer[] {
  return fencesIn(texts.join("\n")).map((fence) => ({
    ...fence,
    session,
    seq,
    wasAnswered: end === "answered",
  }));
}

/** The fenced messages in a text whose bodies hold a token. */
export function fencesIn(text: string): readonly Pick<SeenOffer, "token" | "nonce" | "isMarked">[] {
  return Array.from(text.matchAll(fence), ([, nonce = "", content = ""]) => {
    const [head = "", ...rest] = content.split("\n\n");
    const token = tokens.exec(rest.join("\n\n"))?.[0] ?? "";
    return { token, nonce, isMarked: /^redelivered:/m.test(head) };
  }).filter(({ token }) => token !== "");
}

function note(byNonce: Map<string, SeenOffer>, offer: SeenOffer): void {
  const known = byNonce.get(offer.nonce);
  if (known === undefined) byNonce.set(offer.nonce, offer);
  else known.wasAnswered ||= offer.wasAnswered;
}
