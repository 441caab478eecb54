/** Settings of theme, density, sending key and language on this device. */
import { keyName } from '../keyboard'
import { RadioGroup } from '../parts/radio-group'
import {
  DENSITIES,
  density,
  LANGUAGE_CHOICES,
  LANGUAGES,
  language,
  SENDING,
  sending,
  THEMES,
  theme,
} from '../preferences'
import { t } from '../words'

export function Appearance() {
  const words = t.settings
  return (
    <>
      <RadioGroup
        legend={words.theme}
        options={THEMES}
        chosen={theme.value}
        nameOf={(each) => words[each]}
        choose={(each) => {
          theme.value = each
        }}
      />
      <RadioGroup
        legend={words.density}
        options={DENSITIES}
        chosen={density.value}
        nameOf={(each) => words[each]}
        choose={(each) => {
          density.value = each
        }}
      />
      <RadioGroup
        legend={words.sending}
        options={SENDING}
        chosen={sending.value}
        nameOf={(each) => keyName(each === 'enter' ? 'Enter' : 'Ctrl Enter')}
        choose={(each) => {
          sending.value = each
        }}
      />
      <RadioGroup
        legend={words.language}
        options={LANGUAGE_CHOICES}
        chosen={language.value}
        nameOf={(each) => (each === 'system' ? words.browserLanguage : <span lang={each}>{LANGUAGES[each]}</span>)}
        choose={(each) => {
          language.value = each
          // All texts change, so the page reloads. Drafts are in storage.
          location.reload()
        }}
      />
    </>
  )
}
