import type { Response as UndiciResponse } from "undici";
import { FleetError } from "@fleetbus/core";
import { failureOf, type Bounds } from "./failure.ts";
import { maskedUrl } from "./masked-url.ts";

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** The platform's Response of what came, its body counted as it is read; throws `refused` for a redirect. */
export function answerOf(response: UndiciResponse, bounds: Bounds): Response {
  const { status, statusText, body } = response;
  if (redirects.has(status)) {
    void body?.cancel().catch(() => undefined); // nothing of it is wanted
    throw redirected(response, bounds.url);
  }
  const headers = [...response.headers];
  const isEmpty = body === null || withoutBody.has(status);
  return new Response(isEmpty ? null : counted(body, bounds), { status, statusText, headers });
}

function redirected({ status, headers }: UndiciResponse, url: URL): FleetError {
  const location = headers.get("location");
  const target = location === null ? null : URL.parse(location, url.href);
  const to = target === null ? "elsewhere" : `to ${maskedUrl(target)}`;
  const text = `calling ${maskedUrl(url)}: HTTP ${status} redirects ${to}; none is followed, configure the final address`;
  return new FleetError("refused", text, { details: { status } });
}

type Body = NonNullable<UndiciResponse["body"]>;

function counted(body: Body, bounds: Bounds): ReadableStream<Uint8Array> {
  const reader: ReadableStreamDefaultReader<unknown> = body.getReader();
  const state = { bytes: 0 };
  const { limit, isStream = false, timeoutMs } = bounds;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        if (isStream) limit.restart(timeoutMs);
        const { done, value } = await reader.read();
        if (isStream || done) limit.stop();
        if (done) return controller.close();
        controller.enqueue(withinBounds(value, state, bounds));
      } catch (error) {
        void reader.cancel(error).catch(() => undefined); // it is broken or too long already
        throw failureOf(error, bounds);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function withinBounds(chunk: unknown, state: { bytes: number }, { url, maxBytes }: Bounds): Uint8Array {
  if (!(chunk instanceof Uint8Array)) throw new FleetError("internal", `reading ${maskedUrl(url)}: no bytes`);
  state.bytes += chunk.length;
  if (state.bytes <= maxBytes) return chunk;
  const text = `reading the answer of ${maskedUrl(url)}: over ${maxBytes} bytes`;
  throw new FleetError("too_large", text, { details: { maxBytes } });
}
