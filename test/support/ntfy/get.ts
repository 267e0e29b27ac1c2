import { once } from "node:events";
import { get as request, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** What a request may say. */
export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Asks on a connection of its own. On a busy machine ntfy was seen to cut an answer in its middle; why is not known. */
export async function get(url: string, options: GetOptions = {}): Promise<IncomingMessage> {
  const asked = request(url, { ...options, agent: false });
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

/** A file's bytes, asked for once more where the connection is cut; throws where there is none. */
export async function download(url: string): Promise<Buffer> {
  const fetched = async () => {
    const answer = await get(url);
    return { answer, bytes: await buffer(answer) };
  };
  const { answer, bytes } = await fetched().catch(fetched);
  if (answer.statusCode !== 200) throw new Error(`downloading ${url}: ${answer.statusCode}`);
  return bytes;
}
