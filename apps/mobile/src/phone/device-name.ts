/** What the bank's list of devices calls this one. */
const systems: readonly (readonly [RegExp, string, 'ios' | 'android' | 'unknown'])[] = [
  [/iPhone|iPad/, 'iPhone', 'ios'],
  [/Android/, 'Android', 'android'],
  [/Windows/, 'Windows', 'unknown'],
  [/Mac OS X/, 'Mac', 'unknown'],
  [/Linux/, 'Linux', 'unknown'],
]

export interface DeviceName {
  readonly name: string
  readonly platform: 'ios' | 'android' | 'unknown'
}

export function deviceName(userAgent: string): DeviceName {
  const [, system, platform] = systems.find(([pattern]) => pattern.test(userAgent)) ?? [/./, 'browser', 'unknown']
  return { name: `CloudSigner (${system})`, platform }
}
