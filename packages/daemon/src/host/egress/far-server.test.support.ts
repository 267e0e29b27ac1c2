import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { FleetError } from "@fleetbus/core";
import { guardedFetch, type Egress, type EgressOptions } from "./guarded-fetch.ts";

/** A server on loopback for one test. */
export interface FarServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one that answers with `listener`; close ends its connections too. */
export async function farServer(listener: RequestListener): Promise<FarServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server.address());
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What a test asks for, all of it closed at its end. */
export interface Bench {
  serve(listener: RequestListener): Promise<FarServer>;
  egress(options?: Partial<EgressOptions>): Egress;
  /** Ends all; for `afterEach`. */
  clear(): Promise<void>;
}

/** A bench for the tests of one file. */
export function bench(): Bench {
  const closing: (() => Promise<void>)[] = [];
  return {
    serve: async (listener) => {
      const server = await farServer(listener);
      closing.push(() => server.close());
      return server;
    },
    egress: (options = {}) => {
      const made = guardedFetch({ allowPrivate: [], timeoutMs: 10_000, ...options });
      closing.push(() => made.close());
      return made;
    },
    clear: async () => {
      for (const close of closing.splice(0).toReversed()) await close();
    },
  };
}

/** What `work` rejects with; throws when it does not, or with anything but a FleetError. */
export async function failureOf(work: Promise<unknown>): Promise<FleetError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FleetError) return error;
  throw new Error("it did not reject with a FleetError", { cause: error });
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
