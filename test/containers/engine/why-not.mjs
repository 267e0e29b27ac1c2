// Whether the suite `containers` can run on this machine.
import { provideEngine, whyNoEngine } from "./engine.mjs";
import { whyNoDockerd } from "./dockerd.mjs";

/**
 * Why it is not run; undefined where it is. It looks by starting an engine, for only that shows what the kernel allows.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>}
 */
export async function whyNoContainers(env, say) {
  const reason = await whyNoEngine(env);
  if (reason !== undefined) return reason;
  try {
    return await whyNoDockerd(await provideEngine(env, say));
  } catch (error) {
    // Under CI it must be there: the suite then runs into the same error, and fails with it.
    return env["CI"] === "true" ? undefined : error.message;
  }
}
