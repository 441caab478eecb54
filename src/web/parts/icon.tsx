/** The app's icons: paths on a grid of 24 by 24. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 16V11a6 6 0 1112 0v5l1.5 2h-15L6 16zM10 20.5h4',
  people:
    'M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20a6.5 6.5 0 0113 0M16 4.3a3.5 3.5 0 010 6.4M17.5 14a6.5 6.5 0 014 6',
  group: 'M12 5v14M5 12h14',
  search: 'M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM20 20l-4.8-4.8',
  send: 'M4 12l16-8-5.5 16-3-6.5L4 12zM11.5 13.5L20 4',
  attach: 'M20 11.5l-8 8a5 5 0 01-7-7l8.5-8.5a3.4 3.4 0 014.8 4.8L10 17a1.7 1.7 0 01-2.4-2.4L15 7.2',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  reply: 'M9 7L4 12l5 5M4 12h9a7 7 0 017 7',
  edit: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19 4 20z',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  link: 'M10 14a4 4 0 005.7 0l3-3A4 4 0 0013 5.300l-1 1M14 10a4 4 0 00-5.700 0l-3 3a4 4 0 005.700 5.700l1-1',
  down: 'M6 9l6 6 6-6',
  smile: 'M12 20.500a8.500 8.500 0 100-17 8.500 8.500 0 000 17zM8.500 14a4.200 4.200 0 007 0M9 9.500h.01M15 9.500h.01',
  describe: 'M4 6h16M4 11h16M4 16h9',
  clock: 'M12 20.500a8.500 8.500 0 100-17 8.500 8.500 0 000 17zM12 7.500V12l3 2',
  tick: 'M5 12.500l4.500 4.500L19 7.500',
  ticks: 'M2 12.500l4.500 4.500L15 8.500M11 16l1 1 9-9',
  warning: 'M12 4L2.500 20h19L12 4zM12 10v4.500M12 17.300h.01',
  pin: 'M9 4h6l-1 6 3 3H7l3-3-1-6zM12 13v7',
  mute: 'M6 16V11a6 6 0 019-5.200M18 11v5l1.500 2H8M4 4l16 16',
  file: 'M6 3.500h8l4.500 4.500v12.500H6zM14 3.500V8h4.500',
  info: 'M12 20.500a8.500 8.500 0 100-17 8.500 8.500 0 000 17zM12 11v5M12 8h.01',
  leave: 'M14 4H5v16h9M10 12h10M16.500 8.500L20 12l-3.500 3.500',
  settings:
    'M12 15a3 3 0 100-6 3 3 0 000 6zM12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M5.600 18.400l2.100-2.100M16.300 7.700l2.100-2.100',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
