/** Says with what a test has failed that passed when it was tried again: else nobody would ever learn of it. */
import type { Reporter } from 'vitest/node';

export const retriedTests: Reporter = {
  onTestCaseResult(test) {
    const { state, errors = [] } = test.result();
    if (state !== 'passed' || (test.diagnostic()?.retryCount ?? 0) === 0) return;
    for (const { message, stack } of errors) {
      const place = stack?.split('\n').find((line) => line.includes('.test.ts'));
      console.warn(
        `RETRIED ${test.module.moduleId} > ${test.fullName}\n${message}\n${place ?? ''}`,
      );
    }
  },
};
