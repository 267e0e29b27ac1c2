import { GenericContainer, Wait, type StartedNetwork } from "testcontainers";
import { given } from "./machine.ts";

/** A nats-server that is not fleet's own, on a machine of its own. */
export interface Hub {
  /** With its user and password, as `fleet up --connect` takes it. */
  readonly url: string;
  stop(): Promise<void>;
}

const config = `
listen: "0.0.0.0:4222"
jetstream { store_dir: "/var/store", sync_interval: always }
authorization { user: fleet, password: "a secret" }
`;

/** Starts it; resolves when it takes clients. */
export async function startHub(network: StartedNetwork): Promise<Hub> {
  const container = await new GenericContainer(given("FLEET_TEST_MACHINE"))
    .withNetwork(network)
    .withCopyContentToContainer([{ content: config, target: "/etc/nats.conf" }])
    .withCommand(["nats-server", "-c", "/etc/nats.conf"])
    .withWaitStrategy(Wait.forLogMessage("Server is ready"))
    .start();
  const host = container.getIpAddress(network.getName());
  return {
    url: `nats://fleet:a%20secret@${host}:4222`,
    stop: async () => void (await container.stop({ timeout: 5000 })),
  };
}
