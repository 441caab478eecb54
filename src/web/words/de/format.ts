/** Numbers and lists in German sentences. */

export function list(names: string[]): string {
  return new Intl.ListFormat('de').format(names)
}

export function count(number: number): string {
  return new Intl.NumberFormat('de').format(number)
}
