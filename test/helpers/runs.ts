/** Number of runs of a property test: `usual` by default, a hundred times as many when SLOW is set. */
export function runs(usual: number): { numRuns: number } {
  return { numRuns: process.env['SLOW'] === undefined ? usual : usual * 100 }
}
