/** The product, whose passwords are cheap to hash: what the live tests start where they do not try the hashing itself. */
import './light-passwords'

export * from '../../src/index'
export { default } from '../../src/index'
