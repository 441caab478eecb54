/** Numbers and lists in English sentences. */

export function count(number: number): string {
  return new Intl.NumberFormat('en').format(number)
}

export function list(names: string[]): string {
  return new Intl.ListFormat('en').format(names)
}
