import { nameOf } from "./sound.ts";
import type { ToastInput } from "./toast.ts";

const script = (sound: string) => [
  "on run argv",
  `display notification (item 3 of argv) with title (item 1 of argv) subtitle (item 2 of argv)${sound}`,
  "end run",
];

/** Arguments of macOS' own osascript. The app's name goes first, which is never like an option: no title is taken for one. */
export function osascript({ notice: { title, text, sound }, app }: ToastInput): readonly string[] {
  const lines = script(sound === undefined ? "" : " sound name (item 4 of argv)");
  return [
    ...lines.flatMap((line) => ["-e", line]),
    app,
    title,
    text,
    ...(sound === undefined ? [] : [nameOf(sound)]),
  ];
}

/** Arguments of terminal-notifier: one toast for each key. */
export function terminalNotifier({ notice, app }: ToastInput): readonly string[] {
  const { title, text, key, sound, link } = notice;
  return [
    ...[
      "-title",
      plain(app),
      "-subtitle",
      plain(title),
      "-message",
      plain(text),
      "-group",
      plain(`fleet ${key}`),
    ],
    ...(sound === undefined ? [] : ["-sound", plain(nameOf(sound))]),
    ...(link !== undefined && /^https?:\/\//i.test(link) ? ["-open", link] : []),
  ];
}

/** Its arguments are read as property lists: what begins like one, or like an option, is escaped. */
function plain(value: string): string {
  return /^[[({<"-]/.test(value) ? `\\${value}` : value === "" ? " " : value;
}
