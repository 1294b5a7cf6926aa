/** What the model met while it ran, counted by name: the differential test asserts that everything was reached. */
export const hits = new Map<string, number>();

export function hit(name: string): void {
  hits.set(name, (hits.get(name) ?? 0) + 1);
}
