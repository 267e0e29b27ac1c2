/** Whether a text fits a pattern of the config: `*` stands for anything, everything else for itself. */
export function fitsGlob(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}

/** The first pattern that the text fits. */
export function fittingGlob(patterns: readonly string[], text: string): string | undefined {
  return patterns.find((pattern) => fitsGlob(pattern, text));
}
