/** How sure a share of so few calls is. */

const Z = 1.959963984540054; // 95 %, two-sided

/**
 * Wilson's score interval of a share, at 95 %.
 * @returns lower and upper bound, 0..1; [0, 1] of nothing.
 */
export function wilson(hits: number, trials: number): readonly [number, number] {
  if (trials === 0) return [0, 1];
  const share = hits / trials;
  const spread = Z * Math.sqrt((share * (1 - share)) / trials + (Z * Z) / (4 * trials * trials));
  const centre = share + (Z * Z) / (2 * trials);
  const scale = 1 + (Z * Z) / trials;
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)];
}
