import { Ajv, type ErrorObject, type Options } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifySchema, FastifySchemaCompiler } from 'fastify'
import type { SchemaFault } from '../errors.ts'

/**
 * Strict validation: nothing is removed, nothing is defaulted into a body behind its sender's back, and only what
 * travels as text (path, query, headers) is coerced to the type that the schema names.
 */
const strict = {
  strict: true,
  strictTypes: false, // unions and intersections name the type in their branches
  strictTuples: false,
  strictRequired: false,
  removeAdditional: false,
  allErrors: false, // the first fault ends the work: bounded for whatever comes in
  discriminator: true,
  useDefaults: true,
} satisfies Options

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ ...strict, coerceTypes })
  ajvFormats.default(ajv)
  // Words of documentation, of OpenAPI and of our own, that say nothing about validity.
  ajv.addVocabulary(['example', 'xml', 'externalDocs'])
  return ajv
}

/** Fastify's validator compiler: one validator for what is JSON and one for what is text. */
export function createValidatorCompiler(): FastifySchemaCompiler<FastifySchema> {
  const json = createAjv(false)
  const text = createAjv(true)
  return ({ schema, httpPart }) => (httpPart === 'body' ? json : text).compile(schema)
}

/** Ajv's errors, as a service's body may show them. */
export function schemaFaults(
  part: string | undefined,
  errors: readonly Partial<ErrorObject>[],
): readonly SchemaFault[] {
  return errors.map((error) => ({
    part: part === 'body' || part === 'params' || part === 'headers' ? part : 'querystring',
    pointer: error.instancePath ?? '',
    keyword: error.keyword ?? 'unknown',
    message: sentenceOf(error),
  }))
}

function sentenceOf({ keyword, message, params }: Partial<ErrorObject>): string {
  if (keyword === 'additionalProperties') return `must not have the member '${params?.additionalProperty}'`
  if (keyword === 'enum' && Array.isArray(params?.allowedValues))
    return `must be one of ${params.allowedValues.join(', ')}`
  return message ?? 'is not valid'
}
