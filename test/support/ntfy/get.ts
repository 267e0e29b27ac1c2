import { once } from "node:events";
import { get as request, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** What a request may say. */
export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Asks on a connection of its own: ntfy limits how long it writes an answer, and Go keeps that deadline on a connection
 * that the next answer is written on, so that a stream on a connection that was used before ends in its middle.
 */
export async function get(url: string, options: GetOptions = {}): Promise<IncomingMessage> {
  const asked = request(url, { ...options, agent: false });
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

/** A file's bytes; throws where there is none. */
export async function download(url: string): Promise<Buffer> {
  const answer = await get(url);
  const bytes = await buffer(answer);
  if (answer.statusCode !== 200) throw new Error(`downloading ${url}: ${answer.statusCode}`);
  return bytes;
}
