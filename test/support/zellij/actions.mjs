// What `zellij action …` does and prints (zellij-server/src/route.rs, screen.rs), by tmux.
import { readFileSync } from "node:fs";
import { dumpOf } from "./dump.mjs";
import { Refusal } from "./grammar.mjs";
import { inPane, renameSession, tmux } from "./sessions.mjs";

/** What it prints; undefined for nothing. */
export async function act(session, action, values) {
  const id = values.pane_id === undefined ? undefined : terminalOf(values.pane_id);
  const target = id === undefined ? [] : ["-t", `%${id}`];
  const missing = () => undefined; // zellij looks for the pane in all tabs, finds none and is done
  const write = (bytes) =>
    tmux(session, "send-keys", ...target, "-H", ...bytes.map((byte) => byte.toString(16))).then(
      missing,
      missing,
    );
  const all = {
    "list-panes": async () => JSON.stringify(await listPanes(session), undefined, 2),
    "dump-screen": () => dump(session, target, values.ansi === true),
    paste: () => write([...Buffer.from(`\u001b[200~${values.chars}\u001b[201~`)]),
    "write-chars": () => write([...Buffer.from(values.chars)]),
    write: () => write(values.bytes.map(byteOf)),
    "close-pane": () => tmux(session, "kill-pane", ...target).then(missing, missing),
    "focus-pane-id": () => tmux(session, "select-window", ...target).then(missing, missing),
    "new-tab": () => newTab(session, values),
    "rename-session": async () => renameSession(session, values.name),
  };
  return all[action]();
}

function terminalOf(text) {
  const [, id] = /^(?:terminal_)?(\d+)$/.exec(text) ?? [];
  if (id !== undefined) return id;
  throw new Refusal(
    `Malformed pane id: ${text}, expecting either a bare integer (eg. 1), a terminal pane id (eg. terminal_1) or a plugin pane id (eg. plugin_1)`,
    2,
  );
}

function byteOf(text) {
  const byte = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (byte <= 255) return byte;
  throw new Refusal(
    `error: invalid value '${text}' for '<BYTES>...'\n\nFor more information, try '--help'.`,
    2,
  );
}

async function dump(session, target, isAnsi) {
  const screen = await tmux(session, "capture-pane", "-p", "-e", ...target).catch(() => undefined);
  return screen === undefined ? "" : dumpOf(screen, isAnsi);
}

async function newTab(session, { name, cwd, initial_command: command, close_on_exit: closes }) {
  if (closes && command.length === 0)
    throw new Refusal(
      "error: the following required arguments were not provided:\n  <INITIAL_COMMAND>...",
      2,
    );
  const words = command.length === 0 ? ["sh"] : command;
  const where = ["-n", name ?? "Tab", ...(cwd === undefined ? [] : ["-c", cwd.replaceAll("#", "##")])];
  const ids = ["-P", "-F", "#{window_id} #{pane_id}"];
  const run = inPane(session, words).map((word) => word.replace(/;$/, "\\;"));
  const made = await tmux(session, "new-window", ...where, ...ids, "--", ...run);
  const [tab = "", pane = ""] = made.split(" ");
  const told = Buffer.from(command.join(" ")).toString("base64");
  const options = [";", "set-option", "-p", "-t", pane, "remain-on-exit", closes ? "off" : "on"];
  // It may have ended already.
  await tmux(session, "set-option", "-p", "-t", pane, "@command", told, ...options).catch(() => "");
  return tab.slice(1);
}

const fields =
  "pane_id window_id window_index pane_dead cursor_x cursor_y cursor_flag pane_width pane_height pane_active pane_pid @command";
const format = `${fields
  .split(" ")
  .map((name) => `#{${name}}`)
  .join(" ")} #{window_name}`;

async function listPanes(session) {
  const lines = (await tmux(session, "list-panes", "-s", "-F", format)).split("\n");
  return lines.map((line) => {
    const [id, tab, at, dead, x, y, shown, width, height, active, pid, told, ...name] = line.split(" ");
    const isOver = dead === "1";
    return {
      ...{ id: Number(id.slice(1)), is_plugin: false, is_focused: active === "1", is_fullscreen: false },
      ...{
        is_floating: false,
        is_suppressed: false,
        title: name.join(" "),
        exited: isOver,
        exit_status: isOver ? 0 : null,
      },
      // The pane has a frame, and its content begins one cell further.
      ...{ is_held: isOver, pane_x: 0, pane_content_x: 1, pane_y: 1, pane_content_y: 2 },
      ...{ pane_rows: Number(height) + 2, pane_content_rows: Number(height) },
      ...{ pane_columns: Number(width) + 2, pane_content_columns: Number(width) },
      cursor_coordinates_in_pane: shown === "1" ? [Number(x) + 1, Number(y) + 1] : null,
      terminal_command: told === "" ? null : Buffer.from(told, "base64").toString(),
      ...{
        plugin_url: null,
        is_selectable: true,
        index_in_pane_group: {},
        default_fg: null,
        default_bg: null,
      },
      ...{ tab_id: Number(tab.slice(1)), tab_position: Number(at), tab_name: name.join(" ") },
      ...frontOf(Number(pid)),
    };
  });
}

/** What runs in front, by the group that has the terminal; absent where it is gone. */
function frontOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const group = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5];
    const line = readFileSync(`/proc/${group}/cmdline`, "utf8").split("\0").filter(Boolean).join(" ");
    return line === "" ? {} : { pane_command: line };
  } catch {
    return {}; // it ended
  }
}
