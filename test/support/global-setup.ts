/** Runs once before the suites: what they need beside npm packages is found or provisioned here. */
export function setup(): void {}
