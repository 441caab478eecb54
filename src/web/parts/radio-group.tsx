/** A group of radio buttons. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Props<T extends string> {
  legend: string
  options: readonly T[]
  chosen: T
  nameOf: (option: T) => ComponentChildren
  choose: (option: T) => void
}

export function RadioGroup<T extends string>({ legend, options, chosen, nameOf, choose }: Props<T>) {
  const name = useId()
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === chosen} onChange={() => choose(option)} />
          {nameOf(option)}
        </label>
      ))}
    </fieldset>
  )
}
