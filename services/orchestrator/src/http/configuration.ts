import { MobileApplication } from '@cloudsigner/contracts/orchestrator'
import type { HttpServer } from '@cloudsigner/service'
import type { OrchestratorContext } from '../context.ts'
import { refusals } from './problem-answer.ts'

/** What every copy of the app is made with, told to whoever asks: before its activation a phone can prove nothing. */
export function configurationRoutes(server: HttpServer, context: Pick<OrchestratorContext, 'powerAuth' | 'settings'>) {
  const { powerAuth, settings } = context
  server.get(
    '/app/configuration',
    { schema: { summary: 'What the app is made with', response: { 200: MobileApplication, ...refusals(503) } } },
    async () => ({
      applicationId: settings.applicationId,
      mobileSdkConfig: await powerAuth.getMobileSdkConfig(),
      enrollmentServerUrl: settings.enrollmentServerUrl,
    }),
  )
}
