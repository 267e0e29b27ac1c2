import { request } from "node:http";

/** An answer of the daemon's API. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  /** The text as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** One request to a daemon's unix socket. */
export interface ApiRequest {
  readonly socket: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** A body that is JSON already, or is to be none. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Sends it; rejects when the daemon goes away before it has answered whole, or at the timeout. */
export function callApi(asked: ApiRequest): Promise<ApiAnswer> {
  const { socket, method, path, body, text, headers = {}, timeoutMs = 10_000 } = asked;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ socketPath: socket, method, path, headers, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const said = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, text: said, json: jsonOf(said) });
      });
    });
    sent.on("error", reject);
    sent.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a text, or several lines
  }
}
