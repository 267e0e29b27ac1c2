export { runDaemon, type Daemon, type DaemonOptions } from "./daemon.ts";
export { rewakeAdapter } from "./wake/rewake.ts";
export { waiters, type Waiters } from "./wake/waiters.ts";
export { renderUnit, type Unit, type UnitOptions } from "./life/unit.ts";
export type { ReportStage, StageReport } from "./life/joining/stage.ts";
export { templateProblems } from "./host/notice/template/config-templates.ts";
export { kindProblems } from "./host/entry/kinds.ts";
export { moduleForms, type ModuleForms } from "./host/entry/module-forms.ts";
