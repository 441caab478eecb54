/** The words of the demo parts, in a file of their own because a deployed app does not load them. */
import { locale } from '../words'

const en = {
  title: 'Try it as somebody',
  hint: 'Demo accounts of this development server. Each opens in a tab of its own, so that two can talk.',
  making: 'Demo accounts are being made…',
  staff: 'Staff',
  you: (name: string) => `You are ${name}, in this tab only.`,
  open: (name: string) => `Open a second tab as ${name}`,
  close: 'Close this hint',
}

const de: typeof en = {
  title: 'Als jemand ausprobieren',
  hint: 'Demokonten dieses Entwicklungsservers. Jedes öffnet sich in einem eigenen Tab: So können zwei miteinander reden.',
  making: 'Demokonten werden angelegt…',
  staff: 'Verwaltung',
  you: (name) => `Du bist ${name}, nur in diesem Tab.`,
  open: (name) => `Zweiten Tab als ${name} öffnen`,
  close: 'Hinweis schließen',
}

export const words = locale.startsWith('de') ? de : en
