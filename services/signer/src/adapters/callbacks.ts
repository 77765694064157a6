import {
  type SignerCallback,
  type SignerCallbackType,
  signerCallbackTypes,
} from '@cloudsigner/contracts/signer-callbacks'
import {
  assertDestination,
  type CallbackDestination,
  type CallbackSettings,
  type CallbackTables,
  createOutbox,
  type Outbox,
  type ServiceEnvironment,
} from '@cloudsigner/service'
import { type SignerTransaction, signerSchema } from '../store/tables.ts'

/** Whom the service tells what happens. */
export interface CallbackConfig {
  /** By a name that is stored with each event: events of a name that is no more here wait until it is again. */
  readonly destinations: Readonly<Record<string, SignerDestination>>
  readonly settings?: Partial<CallbackSettings>
}

export interface SignerDestination extends CallbackDestination {
  /** Events that are told; all where absent. */
  readonly events?: readonly SignerCallbackType[]
}

/** Tells what happens, as part of the transaction in which it does. */
export interface SignerEvents {
  /** Whether anybody wants to know: what is costly to find out need not be found out otherwise. */
  wanted(type: SignerCallbackType): boolean
  tell(transaction: SignerTransaction, event: SignerCallback): Promise<void>
}

export interface SignerCallbacks {
  readonly events: SignerEvents
  readonly outbox: Outbox
}

/** Faults of the configuration, each as a sentence that stops the start. */
export function assertCallbacks({ destinations }: CallbackConfig): void {
  for (const [name, destination] of Object.entries(destinations)) {
    assertDestination(`callbacks.destinations.${name}`, destination)
    const unknown = destination.events?.find((type) => !Object.hasOwn(signerCallbackTypes, type))
    if (unknown !== undefined) throw new Error(`callbacks.destinations.${name}.events names ${unknown}: there is none`)
  }
}

export function createSignerCallbacks(
  { destinations, settings = {} }: CallbackConfig,
  { database, clock, random, logger }: ServiceEnvironment,
): SignerCallbacks {
  const known = new Map(Object.entries(destinations))
  const outbox = createOutbox({
    db: database.forSchema<CallbackTables>(signerSchema),
    clock,
    random,
    logger,
    settings,
    destinations: { ids: async () => [...known.keys()], find: async (name) => known.get(name) },
  })
  const subscribers = (type: SignerCallbackType): string[] =>
    [...known].filter(([, { events }]) => events === undefined || events.includes(type)).map(([name]) => name)
  return {
    outbox,
    events: {
      wanted: (type) => subscribers(type).length > 0,
      async tell(transaction, event) {
        const type = event.callbackType
        const subject = 'documentId' in event ? event.documentId : event.signerId
        for (const destination of subscribers(type)) {
          await outbox.enqueue(transaction, { destination, type, subject, body: event })
        }
      },
    },
  }
}
