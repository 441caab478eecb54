/** The search field: words and filters. A complete filter becomes a chip. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../parts/icon'
import { t } from '../words'
import { suggestFilters } from './filter-suggestions'
import { type Filter, type FilterName, filterNamesAt, openFilter, withoutOpenFilter } from './filters'
import type { Search } from './search'

/** A suggestion: a filter, or the name of one. */
type Suggestion = { key: string; text: string; hint: string } & ({ filter: Filter } | { begin: FilterName })

export function SearchBox({ search, within }: { search: Search; within: boolean }) {
  const { text, setText, filters, add, drop, finish } = search
  const box = useRef<HTMLInputElement>(null)
  const id = useId()
  const [chosen, setChosen] = useState(-1)
  const suggestions = useSuggestions(search, within)
  useLayoutEffect(() => box.current?.focus(), [])

  function take(suggestion: Suggestion): void {
    setChosen(-1)
    if ('filter' in suggestion) {
      add(suggestion.filter)
      setText(withoutOpenFilter(text))
    } else setText(`${withoutOpenFilter(text)}${suggestion.begin}:`)
    box.current?.focus()
  }

  function press(event: KeyboardEvent): void {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const meant = suggestions[chosen] ?? (openFilter(text)?.value ? suggestions[0] : undefined)
    if (step && suggestions.length > 0) {
      event.preventDefault()
      setChosen((chosen + step + suggestions.length) % suggestions.length)
    } else if (event.key === 'Enter' || (event.key === 'Tab' && suggestions[chosen])) {
      event.preventDefault()
      if (meant) take(meant)
      else finish()
    } else if (event.key === 'Backspace' && text === '') {
      const last = filters.at(-1)
      if (last) drop(last)
    }
  }

  return (
    <div class="search">
      <input
        ref={box}
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: a search box is none without a list of the browser's
        role="combobox"
        list={undefined}
        aria-label={t.common.search}
        aria-expanded={suggestions.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={suggestions[chosen] ? `${id}-${chosen}` : undefined}
        placeholder={t.search.placeholder}
        value={text}
        onInput={(event) => {
          setChosen(-1)
          setText(event.currentTarget.value)
        }}
        onKeyDown={press}
      />
      {filters.length > 0 && (
        <ul class="chosen" aria-label={t.search.narrow}>
          {filters.map((filter) => (
            <li key={filter.name}>
              <button
                type="button"
                aria-label={t.search.drop(`${filter.name}: ${filter.label}`)}
                onClick={() => {
                  drop(filter)
                  box.current?.focus()
                }}
              >
                <span class="hint">{filter.name}:</span> <span dir="auto">{filter.label}</span>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div id={`${id}-list`} role="listbox" aria-label={t.search.narrow} class="choices">
        {suggestions.map((suggestion, place) => (
          <div
            key={suggestion.key}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === chosen}
            onClick={() => take(suggestion)}
            onKeyDown={press}
          >
            <b dir="auto">{suggestion.text}</b>
            <span class="hint">{suggestion.hint}</span>
          </div>
        ))}
      </div>
      {search.unknown && (
        <p class="form-error" role="alert">
          {t.search.noSuch(`${search.unknown.name}:${search.unknown.value}`)}
        </p>
      )}
    </div>
  )
}

function useSuggestions({ text, filters }: Search, within: boolean): Suggestion[] {
  const [meanings, setMeanings] = useState<readonly Filter[]>([])
  const open = openFilter(text)
  const { name, value } = open ?? {}
  useEffect(() => {
    if (name === undefined || value === undefined) return setMeanings([])
    let wanted = true
    const show = (found: readonly Filter[]) => wanted && setMeanings(found)
    // Without an answer there are no suggestions, and typing goes on.
    suggestFilters({ name, value }).then(show, () => show([]))
    return () => {
      wanted = false
    }
  }, [name, value])

  if (open)
    return meanings
      .filter((filter) => filter.name === open.name)
      .map((filter) => ({ key: String(filter.value), text: filter.label, hint: '', filter }))
  return filterNamesAt(text)
    .filter((each) => !(within && each === 'in') && !filters.some((filter) => filter.name === each))
    .map((begin) => ({ key: begin, text: `${begin}:`, hint: t.search.filters[begin], begin }))
}
