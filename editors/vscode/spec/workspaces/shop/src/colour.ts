/** Mixes two colours half and half. */
export function mix(first: number, second: number): number {
  return (first + second) / 2;
}
