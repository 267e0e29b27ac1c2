export * from "./requests.ts";
export * from "./runs.ts";
export * from "./ptys.ts";
export type * from "./answers.ts";
export type * from "./mail.ts";
export type * from "./wake-view.ts";
export type * from "./error-answer.ts";
