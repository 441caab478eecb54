/** Searches all conversations. */
import { chat } from '../chat'
import { Page } from '../parts/page'
import { t } from '../words'
import { Results, useSearch } from './results'

export function SearchPage() {
  const search = useSearch((q) => chat.search(q))
  return (
    <Page title={t.search.title}>
      <Results {...search} />
    </Page>
  )
}
