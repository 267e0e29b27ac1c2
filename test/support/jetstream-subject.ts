import { setTimeout as sleep } from "node:timers/promises";
import { connectBus } from "@fleetbus/core/bus";
import type { BusSubject } from "@fleetbus/core/testing";
import { startNatsServer } from "./nats-server.ts";

/** The JetStream bus as the conformance suite takes it: a real server for each case. */
export function jetstreamSubject(): BusSubject {
  return {
    name: "the JetStream bus",
    can: ["outage"],
    open: async () => {
      const server = await startNatsServer();
      const open = () => connectBus({ servers: server.url, ns: "main", name: "conformance", mode: "daemon" });
      const bus = await open();
      await bus.ensureLayout();
      const buses = [bus];
      return {
        bus,
        join: async () => {
          const other = await open();
          buses.push(other);
          return other;
        },
        passTime: (ms) => sleep(ms),
        outage: {
          begin: async () => {
            await server.kill("SIGKILL");
            while (bus.isConnected()) await sleep(5);
          },
          end: () => server.restart(),
        },
        close: async () => {
          await Promise.all(buses.map((one) => one.close()));
          await server.stop();
        },
      };
    },
  };
}
