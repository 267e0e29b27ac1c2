/** A sound that was asked for: a file of this machine, or one that the system knows by its name. */
export type Sound =
  { readonly type: "file"; readonly path: string } | { readonly type: "name"; readonly name: string };

/** What is told apart by its form alone: an absolute path of a file of sound is a file; nothing else is ever opened as one. */
export function soundOf(sound: string): Sound {
  return file.test(sound) ? { type: "file", path: sound } : { type: "name", name: sound };
}

const file = /^\/(?!.*(?:^|\/)\.\.?(?:\/|$)).*\.(?:aiff?|caf|flac|m4a|mp3|oga|ogg|opus|wav)$/i;

/** The name under which macOS knows a file that lies in a folder of sounds: without folder and ending. */
export function nameOf(sound: string): string {
  const found = soundOf(sound);
  if (found.type === "name") return found.name;
  return found.path.slice(found.path.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
}
