/** What a model's provider counted. */
export interface TokenUsage {
  /** All that went in, cached or not. */
  readonly input: number;
  /** How much of it came from the cache. */
  readonly cached: number;
  readonly output: number;
}

/** In words: `1200 tokens in (1000 cached), 34 out`. */
export function formatTokens({ input, cached, output }: TokenUsage): string {
  return `${input} tokens in${cached > 0 ? ` (${cached} cached)` : ""}, ${output} out`;
}
