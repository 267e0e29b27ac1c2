import { installClient } from "@fleetbus/hooks";
import { startNatsServer } from "../nats-server.ts";
import { newHome, type Home } from "./home.ts";
import { buildPackage } from "./package.ts";
import { startPuppet, type Puppet } from "./puppet.ts";

/** A daemon of a home of its own, on a real server, with one session whose hooks call the installed client. */
export interface Hooked {
  readonly at: Home;
  readonly web: Puppet;
  close(): Promise<void>;
}

/** Starts all of it; the session is called web, on the machine lab. */
export async function startHooked(): Promise<Hooked> {
  const [built, nats] = await Promise.all([buildPackage(), startNatsServer()]);
  const at = await newHome({ command: built.bin, config: "", env: { FLEET_MACHINE: "lab" } });
  await at.run(["up", "--connect", nats.url]);
  const { file: client } = await installClient(at.paths, { platform: process.platform });
  const web = await startPuppet({ name: "web", home: at.home, client });
  const close = async () => {
    await web.kill();
    await at.close();
    await nats.stop();
    await built.remove();
  };
  return { at, web, close };
}
