import { containerCacheDir, provideEngine } from "./engine/engine.mjs";
import { startDockerd } from "./engine/dockerd.mjs";
import { provideImage } from "./image/provide-image.ts";
import { provideInstall } from "./image/provide-install.ts";

/**
 * Runs once before the suite, after the one that provides a nats-server: an engine of this run's own, the image of a
 * machine, fleet as its tarballs install it. What it gives is the teardown.
 */
export async function setup(): Promise<() => Promise<void>> {
  const cache = containerCacheDir(process.env);
  const [path, image, installed] = await Promise.all([
    provideEngine(process.env, (text) => process.stderr.write(`${text}\n`)),
    provideImage(cache, process.env["FLEET_NATS_SERVER"] ?? "nats-server"),
    provideInstall(cache),
  ]);
  const dockerd = await startDockerd(path);
  await dockerd.load(image.tarball, image.name).catch(async (error: unknown) => {
    await dockerd.stop();
    throw error;
  });
  const given = { DOCKER_HOST: dockerd.host, FLEET_TEST_MACHINE: image.name, FLEET_TEST_INSTALL: installed };
  // Without these, testcontainers would pull an image to clean up with, and one to find the host from inside a container.
  // The engine's end ends its containers, and no port is published.
  const alone = { TESTCONTAINERS_RYUK_DISABLED: "true", TESTCONTAINERS_HOST_OVERRIDE: "localhost" };
  Object.assign(process.env, given, alone);
  return () => dockerd.stop();
}
