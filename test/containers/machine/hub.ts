import { getContainerRuntimeClient, GenericContainer, type StartedNetwork } from "testcontainers";
import { given, life } from "./machine.ts";

/** A nats-server that is not fleet's own, on a machine of its own. */
export interface Hub {
  /** With its user and password, as `fleet up --connect` takes it. */
  readonly url: string;
  /** It takes everything in and answers nothing, until it is thawed. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** kill -9 of the server; its machine stays. */
  kill(): Promise<void>;
  /** Starts the server, again with what it had stored; resolves when it takes clients. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const config = `
listen: "0.0.0.0:4222"
pid_file: "/var/nats.pid"
jetstream { store_dir: "/var/store", sync_interval: always }
authorization { user: fleet, password: "a secret" }
`;

const start = `nats-server -c /etc/nats.conf >/var/nats.log 2>&1 &
  for ((n = 0; n < 200; n++)); do (exec 3<>/dev/tcp/127.0.0.1/4222) 2>/dev/null && exit; sleep 0.05; done; exit 1`;

/** Starts it; resolves when it takes clients. */
export async function startHub(network: StartedNetwork): Promise<Hub> {
  const container = await new GenericContainer(given("FLEET_TEST_MACHINE"))
    .withNetwork(network)
    .withCopyContentToContainer([{ content: config, target: "/etc/nats.conf" }])
    .withCommand([...life])
    .start();
  const run = async (script: string) => {
    const { exitCode, output } = await container.exec(["bash", "-c", script]);
    if (exitCode !== 0) throw new Error(`on the hub: ${script}: ${output}`);
  };
  await run(start);
  const handle = (await getContainerRuntimeClient()).container.getById(container.getId());
  return {
    url: `nats://fleet:a%20secret@${container.getIpAddress(network.getName())}:4222`,
    freeze: async () => void (await handle.pause()),
    thaw: async () => void (await handle.unpause()),
    kill: () => run('kill -9 "$(cat /var/nats.pid)"'),
    start: () => run(start),
    stop: async () => void (await container.stop({ timeout: 5000 })),
  };
}
