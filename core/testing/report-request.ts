/** A report as the API asks for it where nobody has chosen anything but the days. */
import type { ReportRequest } from '../http/reports.ts';

export const plainReport = (range: ReportRequest['range']): ReportRequest => ({
  name: 'overview',
  dataset: { slug: 'shop', name: 'Shop', timeZone: 'UTC' },
  range,
  robots: false,
  comparison: undefined,
  labels: [],
  condition: undefined,
  subject: {},
});
