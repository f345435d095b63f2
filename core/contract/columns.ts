/** The columns of an answer that hold a dimension or a metric, with its name, unit and definition. */
import { type DimensionName, dimensions } from './dimension.ts';
import { type MetricName, metrics } from './metric.ts';
import type { Column } from './query.ts';

export function dimensionColumn(name: DimensionName): Column {
  const { label, definition } = dimensions[name];
  return { kind: 'dimension', name, label, definition };
}

/** @param place whose figures it holds, where not those of all sessions in the range */
export function metricColumn(
  name: MetricName,
  place: { of?: string | undefined; period?: 'before' | undefined } = {},
): Column {
  const { label, unit, definition, better } = metrics[name];
  const column: Column = { kind: 'metric', name, label, unit, definition, better };
  return {
    ...column,
    ...(place.of === undefined ? {} : { of: place.of }),
    ...(place.period === undefined ? {} : { period: place.period }),
  };
}
