export { type CapturedLine, type CaptureLogger, createCaptureLogger } from './capture-logger.ts'
export { createFixedClock, type FixedClock } from './fixed-clock.ts'
export { openTestDatabase } from './test-database.ts'
export { openTestEnvironment, type TestEnvironment, type TestEnvironmentOptions } from './test-environment.ts'
