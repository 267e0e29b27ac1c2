import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix } from "node:path";
import { z } from "zod";
import { importsOf } from "./imports.ts";
import { packageSources, root, type SourceFile } from "./tree.ts";

/** Which workspace packages a package may import (DESIGN §7). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  hooks: ["@fleetbus/core"],
  adapters: ["@fleetbus/core"],
  daemon: ["@fleetbus/core", "@fleetbus/hooks", "@fleetbus/adapters"],
  cli: ["@fleetbus/core", "@fleetbus/hooks", "@fleetbus/adapters", "@fleetbus/daemon"],
};

/** The packages by their folders. */
export const packageFolders: readonly string[] = Object.keys(mayImport);

/** Where the server's own libraries may be named: the bus, and the code that makes credentials. */
const mayImportNats = [
  { folder: "packages/core/src/bus/jetstream/", modules: /^@nats-io\// },
  { folder: "packages/daemon/src/server/", modules: /^@nats-io\/(jwt|nkeys)$/ },
];

/** Parts of core that a package has no business with. A NATS server that is not the fleet's is a far side like any other. */
const closedTo: Readonly<Record<string, readonly string[]>> = {
  hooks: ["@fleetbus/core/bus", "@fleetbus/core/api", "@fleetbus/core/nats"],
  adapters: ["@fleetbus/core/bus", "@fleetbus/core/api"],
};

const manifestSchema = z.object({
  name: z.string(),
  exports: z.record(z.string(), z.unknown()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** Every import of `file` that its place does not allow, each as a sentence. */
export function forbiddenImports(file: SourceFile): readonly string[] {
  return importsOf(file.text).flatMap((name) => {
    const reason = whyForbidden(file.path, name);
    return reason === undefined ? [] : [`${file.path} imports ${name}: ${reason}`];
  });
}

/** What a package declares that it needs; the command line's is built in and stands among its devDependencies. */
export function declaredIn(folder: string): readonly string[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest(folder);
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

/** Whether any source of the package names the module or a part of it; what its tests alone need is the workspace's. */
export function isImported(folder: string, name: string): boolean {
  return packageSources()
    .filter(({ path }) => path.startsWith(`packages/${folder}/`) && !isTest(path))
    .some((file) => importsOf(file.text).some((each) => each === name || each.startsWith(`${name}/`)));
}

function whyForbidden(path: string, name: string): string | undefined {
  if (name.startsWith(".")) return whyForbiddenRelative(path, name);
  if (name.startsWith("node:")) return undefined;
  if (builtinModules.includes(name)) return "built-in modules are named with node:";
  if (name.startsWith("@fleetbus/") || name === "fleetbus") return whyForbiddenWorkspace(path, name);
  if (name.startsWith("@nats-io/")) return whyForbiddenNats(path, name);
  return whyUndeclared(path, name);
}

function whyForbiddenRelative(path: string, name: string): string | undefined {
  const target = posix.join(dirname(path), name);
  if (!target.startsWith(`packages/${packageOf(path)}/src/`))
    return "a relative import stays in its package's src";
  return /\.(ts|json)$/.test(name) ? undefined : "a relative import ends in .ts";
}

function whyForbiddenWorkspace(path: string, name: string): string | undefined {
  const folder = packageOf(path);
  const target = name.split("/").slice(0, 2).join("/");
  if (!(mayImport[folder] ?? []).includes(target)) return `${folder} may not import ${target}`;
  const entry = name === target ? "." : `.${name.slice(target.length)}`;
  const exported = manifest(target.replace("@fleetbus/", "")).exports;
  if (!(entry in exported)) return `${target} exports no ${entry}`;
  if (entry === "./testing" && !isTest(path)) return "testing is for tests";
  return closedTo[folder]?.includes(name) === true ? `${folder} knows no bus and no daemon` : undefined;
}

function whyForbiddenNats(path: string, name: string): string | undefined {
  const isAllowed = mayImportNats.some(
    ({ folder, modules }) => path.startsWith(folder) && modules.test(name),
  );
  return isAllowed ? whyUndeclared(path, name) : "only core/src/bus/jetstream knows the NATS client";
}

function whyUndeclared(path: string, name: string): string | undefined {
  const folder = packageOf(path);
  const module = name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
  const own = manifest(folder);
  // The command line is bundled: what it imports is built in, so it stands among the devDependencies, or stays outside as optional.
  const declared =
    folder === "cli" ? { ...own.devDependencies, ...own.optionalDependencies } : own.dependencies;
  if (module in declared) return undefined;
  if (isTest(path) && module in manifest(undefined).devDependencies) return undefined;
  return `packages/${folder}/package.json does not declare ${module}`;
}

function isTest(path: string): boolean {
  return path.includes(".test.") || path.startsWith("packages/core/src/testing/");
}

function packageOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function manifest(folder: string | undefined): z.infer<typeof manifestSchema> {
  const file = join(root, folder === undefined ? "." : `packages/${folder}`, "package.json");
  return manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}
