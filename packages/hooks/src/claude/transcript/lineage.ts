/** Who hangs below whom in a transcript, as far as it was read; a parent may come after its children, or never. */
export interface Lineage {
  add(uuid: string, parent: string | undefined): void;
  /** Whether `uuid` is `ancestor` or hangs below it; in about the logarithm of the conversation's length. */
  isWithin(uuid: string | undefined, ancestor: string): boolean;
}

/** An entry's place. `jump` leads far up, so that an ancestor is found without going through all between. */
interface Place {
  readonly depth: number;
  readonly up: Place | undefined;
  readonly jump: Place | undefined;
}

/** A lineage without entries. */
export function lineage(): Lineage {
  const parents = new Map<string, string | undefined>();
  const places = new Map<string, Place>();
  return {
    add(uuid, parent) {
      // Places below one that moves are made anew when they are asked for.
      if (places.has(uuid) && parents.get(uuid) !== parent) places.clear();
      parents.set(uuid, parent);
    },
    isWithin(uuid, ancestor) {
      if (uuid === undefined) return false;
      const above = placeOf(ancestor, parents, places);
      return climb(placeOf(uuid, parents, places), above.depth) === above;
    },
  };
}

function placeOf(
  uuid: string,
  parents: ReadonlyMap<string, string | undefined>,
  places: Map<string, Place>,
): Place {
  const path = new Set<string>();
  let next: string | undefined = uuid;
  for (; next !== undefined && !places.has(next) && !path.has(next); next = parents.get(next)) path.add(next);
  let place = next === undefined ? undefined : places.get(next);
  for (const each of [...path].toReversed()) places.set(each, (place = below(place)));
  return place ?? below(undefined);
}

/** Jumps double as long as two of the same length follow each other: the skew-binary numbers. */
function below(up: Place | undefined): Place {
  if (up === undefined) return { depth: 0, up, jump: undefined };
  const far = up.jump;
  const isDoubled = far?.jump !== undefined && up.depth - far.depth === far.depth - far.jump.depth;
  return { depth: up.depth + 1, up, jump: isDoubled ? far.jump : up };
}

function climb(from: Place, depth: number): Place | undefined {
  let place: Place | undefined = from;
  while (place !== undefined && place.depth > depth)
    place = place.jump !== undefined && place.jump.depth >= depth ? place.jump : place.up;
  return place;
}
