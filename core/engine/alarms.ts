/** What is wrong with the running system at present: one alarm a code, told once when it begins or changes, and when it ends. */
import type { Alarm, AlarmCode } from '../contract/status.ts';

export interface Alarms {
  /** Raises the alarm, or ends it when there is no detail. */
  set(code: AlarmCode, detail: string | undefined): void;
  list(): Alarm[];
}

/** @param tell gets each change once; an alarm that ends comes without detail */
export function createAlarms(tell: (code: AlarmCode, detail: string | undefined) => void): Alarms {
  const raised = new Map<AlarmCode, string>();
  return {
    set(code, detail) {
      if (raised.get(code) === detail) return;
      if (detail === undefined) raised.delete(code);
      else raised.set(code, detail);
      tell(code, detail);
    },
    list: () => [...raised].map(([code, detail]) => ({ code, detail })),
  };
}
