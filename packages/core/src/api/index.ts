export * from "./requests.ts";
export * from "./runs.ts";
export type * from "./answers.ts";
