/** Every lifetime, bound and rate, each with its reason, and the settings of a deployment. */
export { LIMITS } from '../protocol/limits'
export { BOUNDS } from './bounds'
export { CLOSE, RATES } from './rates'
export { areRatesOn, type Settings, secretsOf, settings } from './settings'
export { TIMES } from './times'
export type { IdentityIssuer, Sender, SmtpServer } from './values'
