import { getNodeValue, type Node } from "jsonc-parser";
import { z } from "zod";
import { nameOf, propertyOf, valueOf, type SettingsDocument } from "./document.ts";

/** One handler as it stands in a settings file. */
export type Handler = Readonly<Record<string, unknown>>;

/** What fleet wants at one event of a CLI. */
export interface WantedHook {
  readonly event: string;
  readonly handlers: readonly Handler[];
}

/** What fleet puts into one CLI's settings, in the shape `{"hooks":{"<Event>":[{"hooks":[handler]}]}}`. */
export interface HookSet {
  readonly cli: string;
  readonly wanted: readonly WantedHook[];
  /** Permission rules for `permissions.allow` that let a woken session answer; added only where planInstall is told to. */
  readonly rules: readonly string[];
  /** Whether a handler is fleet's, of any version and place: all others are never touched. */
  owns(handler: Handler): boolean;
}

/** A handler of fleet's found in a file, with the way to it. */
export interface OwnHandler {
  readonly event: string;
  readonly handler: Handler;
  /** The group asks for certain tools or sources only. */
  readonly isNarrowed: boolean;
  /** Each container with the child that leads on, from the root to the handler. */
  readonly path: readonly { readonly container: Node; readonly index: number }[];
}

const handlerSchema = z.record(z.string(), z.unknown());
const groupSchema = z.looseObject({ matcher: z.string().optional().catch("?") });

/** The object that holds the hooks, if there is one. Throws `config` for one of another type. */
export function hooksObject(document: SettingsDocument): Node | undefined {
  const property = propertyOf(document, document.root, "hooks");
  return property === undefined ? undefined : valueOf(document, property, "object");
}

/** All of fleet's handlers in a file. What is not in the shape is somebody else's. */
export function ownHandlers(
  document: SettingsDocument,
  { owns }: Pick<HookSet, "owns">,
): readonly OwnHandler[] {
  const hooks = hooksObject(document);
  if (hooks === undefined) return [];
  const index = (document.root.children ?? []).findIndex((property) => property.children?.[1] === hooks);
  const root = [{ container: document.root, index }];
  return (hooks.children ?? []).flatMap((property, at) =>
    inEvent(property, [...root, { container: hooks, index: at }]).filter(({ handler }) => owns(handler)),
  );
}

function inEvent(property: Node, path: OwnHandler["path"]): readonly OwnHandler[] {
  const groups = property.children?.[1];
  if (groups?.type !== "array") return [];
  return (groups.children ?? []).flatMap((group, index) =>
    inGroup(nameOf(property), group, [...path, { container: groups, index }]),
  );
}

function inGroup(event: string, group: Node, path: OwnHandler["path"]): readonly OwnHandler[] {
  const hooks =
    group.type === "object" ? group.children?.find((property) => nameOf(property) === "hooks") : undefined;
  const list = hooks?.children?.[1];
  if (list?.type !== "array") return [];
  const { matcher = "" } = groupSchema.parse(getNodeValue(group));
  return (list.children ?? []).flatMap((node, index) => {
    const handler = handlerSchema.safeParse(getNodeValue(node));
    if (!handler.success) return [];
    const isNarrowed = matcher !== "" && matcher !== "*";
    return [{ event, handler: handler.data, isNarrowed, path: [...path, { container: list, index }] }];
  });
}
