// The part of zellij's command line that the stand-in takes (zellij-utils/src/cli.rs), and how clap refuses the rest.

/** An answer of zellij that is a refusal, with its exit code; some go to standard output. */
export class Refusal extends Error {
  constructor(message, exit, { isPrinted = false } = {}) {
    super(message);
    this.exit = exit;
    this.isPrinted = isPrinted;
  }
}

const value = (name) => ({ name, takes: true });
const flag = (name) => ({ name, takes: false });
const paneId = { "--pane-id": value("pane_id"), "-p": value("pane_id") };

/** By subcommand: its options, and its positional arguments; `…` takes all that is left, `--` only what follows it. */
const commands = {
  "list-sessions": {
    options: {
      "--short": flag("short"),
      "-s": flag("short"),
      "--no-formatting": flag("no_formatting"),
      "-n": flag("no_formatting"),
    },
    args: [],
  },
  attach: {
    options: { "--create-background": flag("create_background"), "-b": flag("create_background") },
    args: ["session_name?"],
  },
  "delete-session": { options: {}, args: ["target_session?"] },
};

const actions = {
  "list-panes": { options: { "--json": flag("json"), "-j": flag("json") }, args: [] },
  "dump-screen": { options: { ...paneId, "--ansi": flag("ansi"), "-a": flag("ansi") }, args: [] },
  paste: { options: paneId, args: ["chars"] },
  "write-chars": { options: paneId, args: ["chars"] },
  write: { options: paneId, args: ["bytes…"] },
  "close-pane": { options: paneId, args: [] },
  "focus-pane-id": { options: {}, args: ["pane_id"] },
  "new-tab": {
    options: {
      ...{ "--name": value("name"), "-n": value("name"), "--cwd": value("cwd"), "-c": value("cwd") },
      "--close-on-exit": flag("close_on_exit"),
    },
    args: ["--initial_command"],
  },
  "rename-session": { options: {}, args: ["name"] },
};

/** What the arguments ask for. Throws a Refusal, by the version's clap. */
export function parse(argv, version) {
  const words = [...argv];
  let session;
  while (words[0] === "--session" || words[0] === "-s") [, session] = words.splice(0, 2);
  const [command = "", ...rest] = words;
  if (command === "--version" || command === "-V") return { command: "version", session, values: {} };
  if (command !== "action" && command !== "ac") return { ...one(commands, command, rest), session };
  const isOld = Number(version.split(".")[1]) < 44;
  if (isOld && !["write-chars", "write", "rename-session"].includes(rest[0] ?? ""))
    throw new Refusal(
      `error: The subcommand '${rest[0]}' wasn't recognized\n\nFor more information try --help`,
      2,
    );
  return { ...one(actions, rest[0] ?? "", rest.slice(1)), session };
}

function one(known, command, rest) {
  if (!Object.hasOwn(known, command)) throw clap(`unrecognized subcommand '${command}'`);
  return { command, values: valuesOf(known[command], rest) };
}

function valuesOf({ options, args }, rest) {
  const end = rest.indexOf("--");
  const before = end < 0 ? [...rest] : rest.slice(0, end);
  const after = end < 0 ? [] : rest.slice(end + 1);
  const [values, positional] = [{}, []];
  while (before.length > 0) {
    const word = before.shift();
    const option = options[word];
    if (option === undefined && word.startsWith("-")) throw clap(`unexpected argument '${word}' found`);
    if (option === undefined) positional.push(word);
    else if (!option.takes) values[option.name] = true;
    else if (before.length === 0)
      throw clap(`a value is required for '${word} <${option.name}>' but none was supplied`);
    else values[option.name] = before.shift();
  }
  return { ...values, ...positionalOf(args, positional, after) };
}

function positionalOf([name = ""], positional, after) {
  if (name.startsWith("--")) {
    if (positional.length > 0) throw clap(`unexpected argument '${positional[0]}' found`);
    return { [name.slice(2)]: after };
  }
  const all = [...positional, ...after];
  if (name.endsWith("…")) return { [name.slice(0, -1)]: all };
  if (all.length > (name === "" ? 0 : 1)) throw clap(`unexpected argument '${all.at(-1)}' found`);
  if (name.endsWith("?") || name === "") return { [name.slice(0, -1)]: all[0] };
  if (all.length === 0)
    throw clap(`the following required arguments were not provided:\n  <${name.toUpperCase()}>`);
  return { [name]: all[0] };
}

function clap(text) {
  return new Refusal(`error: ${text}\n\nFor more information, try '--help'.`, 2);
}
