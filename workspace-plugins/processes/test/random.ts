/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export type Random = {
  /** From 0 up to `below`, whole. */
  readonly number: (below: number) => number;
  readonly oneOf: <Value>(values: readonly [Value, ...Value[]]) => Value;
  readonly happens: (share: number) => boolean;
};

export function openRandom(seed: number): Random {
  const state = { at: seed };
  const next = (): number => {
    state.at = (state.at + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state.at ^ (state.at >>> 15), 1 | state.at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number): number => Math.floor(next() * below);
  return {
    number,
    oneOf: (values) => values[number(values.length)] ?? values[0],
    happens: (share) => next() < share,
  };
}
