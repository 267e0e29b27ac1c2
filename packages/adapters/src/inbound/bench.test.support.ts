import { onTestFinished } from "vitest";
import type { SourceDelivery } from "@fleetbus/core";
import { contextOf } from "../http/sending.test.support.ts";
import { inbound } from "./adapter.ts";
import { inboundLimits, type InboundLimits } from "./http/limits.ts";
import { freePort, key } from "./sender.test.support.ts";
import { inboundSource } from "./source.ts";

/** What a test wants of its listener. */
export interface ListenerOptions {
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly limits?: Partial<InboundLimits>;
}

/** A connected source that ends with the test. */
export async function listener({ keys = {}, limits = {} }: ListenerOptions = {}) {
  const port = await freePort();
  const config = inbound.spec.config.parse({ listen: `127.0.0.1:${port}`, secrets: [key], ...keys });
  const source = inboundSource(config, contextOf(), { ...inboundLimits, ...limits });
  const over = new AbortController();
  await source.connect(AbortSignal.timeout(5000));
  onTestFinished(async () => {
    over.abort();
    await source.close();
  });
  const deliveries = source.receive(over.signal)[Symbol.asyncIterator]();
  const seen: SourceDelivery[] = [];
  return {
    ...{ port, source, seen, url: `http://127.0.0.1:${port}/` },
    next: async (): Promise<SourceDelivery> => {
      const next = await deliveries.next();
      if (next.done === true) throw new Error("the source ended");
      return next.value;
    },
    /** From now on all is taken at once, into `seen`. */
    takeAll: (): void => {
      const take = async () => {
        for (let next = await deliveries.next(); next.done !== true; next = await deliveries.next()) {
          seen.push(next.value);
          await next.value.ack({ line: "→ lab/web: stored", message: { id: "01m", to: "lab/web" } });
        }
      };
      take().catch(() => undefined); // the test is over
    },
  };
}
