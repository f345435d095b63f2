/**
 * Panels that an older version saved and that ask what nobody knows any more. That is told in the panel: the others of
 * its report are shown all the same.
 */
import { Problem } from '../../core/contract/problem.ts';
import {
  type PanelDefinition,
  panelDefinitionSchema,
} from '../../core/contract/report-definition.ts';
import type { ReportRequest } from './run-report.ts';

/** What is wrong with a panel by itself, such as a dimension that is gone. */
export function outdatedPart(panel: PanelDefinition): string | undefined {
  const { error } = panelDefinitionSchema.safeParse(panel);
  const reasons = error?.issues.map(
    ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
  );
  return reasons && `This panel asks what is not there. Change the report. ${reasons.join('; ')}.`;
}

/** What was thrown, where it can only be a condition of the panel itself: one that names a field that is gone. */
export function outdatedCondition(
  error: unknown,
  { condition, hitCondition }: NonNullable<PanelDefinition['query']>,
  request: Pick<ReportRequest, 'condition' | 'labels'>,
): string | undefined {
  const isOwn = condition !== undefined || hitCondition !== undefined;
  const isAlone = request.condition === undefined && (request.labels ?? []).length === 0;
  if (!isOwn || !isAlone) return undefined;
  if (!(error instanceof Problem) || !error.code.startsWith('condition_')) return undefined;
  return `A condition of this panel cannot be asked any more. Change the report. ${error.message}`;
}
