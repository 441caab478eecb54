/** The page that searches all rooms. */
import { Page } from '../parts/page'
import { t } from '../words'
import { Results } from './results'
import { useSearch } from './search'
import { SearchBox } from './search-box'

export function SearchPage() {
  const search = useSearch()
  return (
    <Page title={t.search.title}>
      <SearchBox search={search} within={false} />
      <Results search={search} />
    </Page>
  )
}
