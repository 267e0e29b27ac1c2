/** Where programs usually stand. The environment is not read: the daemon may run from a service manager with an empty one. */
const searchPath =
  "/usr/local/bin:/opt/homebrew/bin:/opt/local/bin:/home/linuxbrew/.linuxbrew/bin:/usr/bin:/bin";

/** The environment of a multiplexer's programs: without `TMUX`, in which tmux refuses to attach, and without `ZELLIJ`. */
export const programEnvironment = { PATH: searchPath, LC_ALL: "C.UTF-8", TERM: "dumb" } as const;
