/** The texts of filled rooms: the same in every run, with words to search for. */
const WORDS = `tea time train weather garden letter muffin cucumber sandwich handbag station Tuesday perhaps nothing
  always never really quite certainly delightful invitation dinner music window afternoon country town cousin diary
  piano engagement christening terminus bread butter sugar proposal opinion manners trivial serious comedy people`
  .split(/\s+/)
  .filter(Boolean)

const CHINESE = ['早上好', '今天下雨', '我们去喝茶', '晚安', '火车来了', '没关系', '谢谢你', '请坐']

/** In about one message of three. */
export const COMMON = 'earnest'
/** In one message of 100,000. */
export const RARE = 'bunbury'
/** In one message of 500: two characters, which no trigram holds by themselves. */
export const CJK = '喝茶'

/** The text of the message with this id. */
export function sentence(id: number): string {
  let state = Math.imul(id + 1, 0x9e3779b9) >>> 0
  const draw = (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x735a2d97) + 0x9e3779b9) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  if (id % 500 === 7) return '我们去喝茶'
  if (id % 20 === 3) return CHINESE[draw(2)] as string
  const words = Array.from({ length: 4 + draw(9) }, () => WORDS[draw(WORDS.length)] as string)
  if (id % 3 === 0) words.push(COMMON)
  if (id % 100_000 === 11) words.push(RARE)
  return words.join(' ')
}
