/**
 * The REST client that banks' back ends call PowerAuth's private API with, as published, under the driver of
 * `java-rest-client/`. Requests and answers pass through its own models: a member that these do not know does not.
 */

import { member, text } from './http.ts'
import { javaLines } from './java-lines.ts'
import type { Credentials } from './stack.ts'
import { type ToolName, tools } from './tools.ts'

/** Published lines. They share package names, so each is a program of its own. */
export const restClientLines = {
  '2.0.1': 'restClient',
  '1.10.0': 'formerRestClient',
} as const satisfies Record<string, ToolName>

export interface RestClient {
  /** Calls the client's method of this name; a refusal is an error. */
  call(method: string, request?: object): Promise<unknown>
  /** The code that the client read from the server's refusal. */
  refusal(method: string, request?: object): Promise<string>
  /** The client's words where it could not call or not read the answer. */
  fault(method: string, request?: object): Promise<string>
}

/** `privateUrl` as the ready file has it; the client is given what precedes `/v3`. */
export function restClient(
  line: keyof typeof restClientLines,
  privateUrl: string,
  credentials?: Credentials,
): RestClient {
  const access = credentials ? [credentials.user, credentials.password] : []
  const client = javaLines(tools[restClientLines[line]].path, [`${privateUrl}/rest`, ...access])
  const answer = (method: string, request?: object) => client({ call: method, request })
  return {
    call: async (method, request) => member(await answer(method, request), 'response'),
    refusal: async (method, request) => text(await answer(method, request), 'error', 'code'),
    fault: async (method, request) => text(await answer(method, request), 'fault'),
  }
}
