import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

const choiceSchema = z.object({ label: z.string(), token: z.string() });
const noticeSchema = z.looseObject({
  ...{ id: z.string(), kind: z.string(), title: z.string(), text: z.string() },
  reply: z.object({ token: z.string(), choices: z.array(choiceSchema), expiresAt: z.string() }).optional(),
});
const answerSchema = z.looseObject({
  line: z.string(),
  message: z.object({ id: z.string(), to: z.string() }).optional(),
  choices: z.array(choiceSchema).optional(),
});
const settledSchema = z.looseObject({
  id: z.string(),
  answer: answerSchema.optional(),
  message: z.string().optional(),
  isRetryable: z.boolean().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** A notice as the far side got it. */
export type TalkNotice = z.infer<typeof noticeSchema>;

/** How a delivery was settled: acknowledged with an answer, or refused with a message. */
export type Settled = z.infer<typeof settledSchema>;

/** What somebody says there. */
export interface Talking {
  readonly id?: string;
  readonly sender?: { readonly id: string; readonly name?: string };
  readonly said: Readonly<Record<string, unknown>>;
}

/** A chat of one person with a machine: it keeps what was said until it was taken or refused for good. */
export interface TalkServer {
  readonly url: string;
  readonly host: string;
  readonly notices: TalkNotice[];
  /** Everything that was ever answered, in order; retryable refusals too. */
  readonly settled: Settled[];
  /** Asked for more, so far. */
  polls(): number;
  /** Acknowledgements arrive and are not answered until it is set back. */
  isDeaf: boolean;
  /** Says it, and resolves when it was taken or refused for good. */
  say(talking: Talking): Promise<Settled>;
  close(): Promise<void>;
}

const pollMs = 100;
const settleMs = 40_000;

/** Starts one on a free port of loopback. */
export async function startTalk(): Promise<TalkServer> {
  const waiting: (Talking & { readonly id: string; done(settled: Settled): void })[] = [];
  const talk = { notices: [] as TalkNotice[], settled: [] as Settled[], isDeaf: false };
  let polls = 0;
  let count = 0;
  const settle = (body: string) => {
    const settled = settledSchema.parse(JSON.parse(body));
    talk.settled.push(settled);
    if (talk.isDeaf || settled.isRetryable === true) return;
    const index = waiting.findIndex(({ id }) => id === settled.id);
    for (const { done } of index < 0 ? [] : waiting.splice(index, 1)) done(settled);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    if (request.url === "/said") {
      polls += 1;
      if (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
      const [delivery] = waiting;
      return void response.end(JSON.stringify(delivery === undefined ? {} : { delivery }));
    }
    if (request.url === "/notice") {
      talk.notices.push(noticeSchema.parse(JSON.parse(body)));
      return void response.end(JSON.stringify({ providerId: `n${talk.notices.length}` }));
    }
    settle(body);
    if (!talk.isDeaf) response.end(JSON.stringify({ providerId: `a${talk.settled.length}` }));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return Object.assign(talk, {
    url: `http://127.0.0.1:${address.port}`,
    host: `127.0.0.1:${address.port}`,
    polls: () => polls,
    say: ({ id = `said-${(count += 1)}`, ...talking }: Talking) =>
      new Promise<Settled>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`nobody settled ${id}`)), settleMs);
        const done = (settled: Settled) => {
          clearTimeout(late);
          resolve(settled);
        };
        waiting.push({ ...talking, id, done });
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
