import { afterEach, expect } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** How many assertions the test executed; a claimed number counts only where there was one. */
    assertions?: number;
  }
}

afterEach((context) => {
  const own = context.expect.getState().assertionCalls;
  context.task.meta.assertions = Math.max(own, expect.getState().assertionCalls);
});
