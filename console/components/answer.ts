/** Reads figures out of an answer by their names. */
import { layoutOf, numberAt } from '../../core/contract/answer-layout.ts';
import type { Answer } from '../../core/contract/query.ts';

/** The figure of all sessions in the first row; null where it is missing or has no base. */
export function firstFigure(answer: Answer, name: string): number | null {
  const figure = layoutOf(answer).figures.find(({ column }) => column.name === name);
  return numberAt(answer.rows[0], figure?.places[0]?.index ?? -1);
}
