/** Outline icons on a grid of 24; decorative: the words are beside them, or on the button. */
const paths = {
  back: 'M15 5l-7 7 7 7',
  inbox: 'M4 13h4l2 3h4l2-3h4M4 13V7a2 2 0 012-2h12a2 2 0 012 2v10a2 2 0 01-2 2H6a2 2 0 01-2-2v-4z',
  history: 'M12 8v4l3 2M4.5 9A8 8 0 1112 20a8 8 0 01-7-4M4 5v4h4',
  phone: 'M8 3h8a2 2 0 012 2v14a2 2 0 01-2 2H8a2 2 0 01-2-2V5a2 2 0 012-2zM11 18h2',
  document: 'M7 3h7l5 5v11a2 2 0 01-2 2H7a2 2 0 01-2-2V5a2 2 0 012-2zM14 3v5h5M9 13h6M9 17h4',
  operation: 'M4 8h13l-3-3M20 16H7l3 3',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  warning: 'M12 4l9 16H3L12 4zM12 10v4M12 17v.5',
  info: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8v.5',
  scan: 'M4 8V5a1 1 0 011-1h3M16 4h3a1 1 0 011 1v3M20 16v3a1 1 0 01-1 1h-3M8 20H5a1 1 0 01-1-1v-3M4 12h16',
  keyboard: 'M4 7h16a1 1 0 011 1v8a1 1 0 01-1 1H4a1 1 0 01-1-1V8a1 1 0 011-1zM7 11h.5M11 11h.5M15 11h.5M8 14h8',
  erase: 'M9 6h10a1 1 0 011 1v10a1 1 0 01-1 1H9l-6-6 6-6zM12 10l4 4M16 10l-4 4',
  finger: 'M7 11a5 5 0 0110 0v2a9 9 0 01-1 4M12 11v2a8 8 0 01-2 6M4.5 16A9 9 0 005 13v-2a7 7 0 0112-5',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  down: 'M12 5v14M6 13l6 6 6-6',
  lock: 'M7 11V8a5 5 0 0110 0v3M6 11h12a1 1 0 011 1v7a1 1 0 01-1 1H6a1 1 0 01-1-1v-7a1 1 0 011-1z',
  pen: 'M4 20l4-1L19 8l-3-3L5 16l-1 4zM14 7l3 3',
  save: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  share: 'M12 15V4M8 8l4-4 4 4M5 13v6h14v-6',
  refresh: 'M5 12a7 7 0 0112-5l2 2M19 5v4h-4M19 12a7 7 0 01-12 5l-2-2M5 19v-4h4',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}

/** The app's sign: a cloud with a tick for a signature. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path class="logo-cloud" d="M18 48a13 13 0 01-2-25.8A18 18 0 0150 26a11 11 0 01-2 22H18z" />
      <path class="logo-tick" d="M23 34l7 7 13-14" />
    </svg>
  )
}
