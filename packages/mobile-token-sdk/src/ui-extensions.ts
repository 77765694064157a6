/** How an operation wants to be shown beyond its attributes. */
import { present, type Reader } from './reader.ts'

export interface PreApprovalScreen {
  readonly type: 'WARNING' | 'INFO' | 'QR_SCAN'
  readonly heading: string
  readonly message: string
  readonly items: readonly string[]
  /** SLIDER: a deliberate gesture in place of a tap. */
  readonly approvalType?: 'SLIDER'
}

export interface PostApprovalScreen {
  readonly type: 'REVIEW' | 'MERCHANT_REDIRECT' | 'GENERIC'
  readonly heading: string
  readonly message: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface UiExtensions {
  /** Reject where approve usually is. */
  readonly flipButtons: boolean
  /** No approval while a phone call is under way. */
  readonly blockApprovalOnCall: boolean
  readonly preApprovalScreen?: PreApprovalScreen
  readonly postApprovalScreen?: PostApprovalScreen
}

const preApprovalTypes = ['WARNING', 'INFO', 'QR_SCAN'] as const
const postApprovalTypes = ['REVIEW', 'MERCHANT_REDIRECT', 'GENERIC'] as const

/** Screens of a type that is unknown are left out. */
export function readUiExtensions(ui: Reader | undefined): UiExtensions {
  return {
    flipButtons: ui?.flag('flipButtons') ?? false,
    blockApprovalOnCall: ui?.flag('blockApprovalOnCall') ?? false,
    ...present({
      preApprovalScreen: readPreApproval(ui?.findObject('preApprovalScreen')),
      postApprovalScreen: readPostApproval(ui?.findObject('postApprovalScreen')),
    }),
  }
}

function readPreApproval(screen: Reader | undefined): PreApprovalScreen | undefined {
  const type = preApprovalTypes.find((known) => known === screen?.get('type'))
  if (screen === undefined || type === undefined) return undefined
  return {
    type,
    ...textsOf(screen),
    items: screen.texts('items'),
    ...(screen.get('approvalType') === 'SLIDER' && { approvalType: 'SLIDER' }),
  }
}

function readPostApproval(screen: Reader | undefined): PostApprovalScreen | undefined {
  const type = postApprovalTypes.find((known) => known === screen?.get('type'))
  if (screen === undefined || type === undefined) return undefined
  const payload = screen.get('payload')
  return { type, ...textsOf(screen), payload: typeof payload === 'object' && payload !== null ? { ...payload } : {} }
}

function textsOf(screen: Reader): { readonly heading: string; readonly message: string } {
  return { heading: screen.findText('heading') ?? '', message: screen.findText('message') ?? '' }
}
