/** What the commands see of the world; `process` is one. */
export interface DeviceIo {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the user is: relative paths count from here. */
  cwd(): string
}
