/** How much of what one may upload is used. */
import { StorageBar, useStorage } from '../parts/storage-bar'
import { t } from '../words'

export function Storage() {
  const use = useStorage('/storage/')
  if (!use) return null
  return (
    <section>
      <h3>{t.storage.title}</h3>
      <StorageBar use={use} advice={t.storage.mine} />
    </section>
  )
}
