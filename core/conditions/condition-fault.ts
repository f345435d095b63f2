/** What is wrong with a condition, before it is known where in its text that stands. */
export class ConditionFault extends Error {
  override readonly name = 'ConditionFault';
}
