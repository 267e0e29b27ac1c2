export { builtInAdapters } from "./registry.ts";
export { claudeSocket, type ClaudeSocketConfig } from "./claude-socket/adapter.ts";
export { tmux, type TmuxConfig } from "./tmux/adapter.ts";
export { connectControl, type ControlClient, type TmuxServer } from "./tmux/control/connection.ts";
export { listClients, type ClientFacts } from "./tmux/pane/clients.ts";
export type { PaneFacts } from "./tmux/pane/facts.ts";
export { listPanes } from "./tmux/pane/list.ts";
export { findProcess, isInTree, type FindProcess, type ProcessFacts } from "./tmux/pane/process.ts";
export { watchPanes, type PanesWatch } from "./tmux/pane/watch.ts";
