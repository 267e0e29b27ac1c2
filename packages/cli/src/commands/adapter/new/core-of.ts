import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { z } from "zod";
import { FleetError, messageOf } from "@fleetbus/core";

const manifestSchema = z.record(z.string(), z.unknown());
const dependent = z.looseObject({ dependencies: z.record(z.string(), z.string()) });
const named = z.looseObject({ name: z.literal("@fleetbus/core") });

/**
 * The folder of `@fleetbus/core` in the checkout that a fleet runs from, given the folder of its package (with links
 * resolved); undefined for one that was installed, whose core comes from the registry.
 */
export async function coreOfCheckout(fleet: string): Promise<string | undefined> {
  if (fleet.split(sep).includes("node_modules")) return undefined;
  const folder = resolve(fleet, "..", "core");
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return named.safeParse(manifest).success ? folder : undefined;
  } catch {
    return undefined; // none stands there that could be read: not a checkout
  }
}

/** The text of a package.json that takes its `@fleetbus/core` from a folder. */
export function withCoreOf(folder: string, text: string): string {
  try {
    const manifest = manifestSchema.parse(JSON.parse(text)); // its keys stay in their order
    const dependencies = { ...dependent.parse(manifest).dependencies, "@fleetbus/core": `file:${folder}` };
    return `${JSON.stringify({ ...manifest, dependencies }, null, 2)}\n`;
  } catch (error) {
    throw new FleetError("failed", `naming ${folder} in a package.json: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
