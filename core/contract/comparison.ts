/** The period that a range is compared with, as it comes from outside. The arithmetic of ranges is in compared-range.ts. */
import { z } from 'zod';
import { comparisonKinds } from './compared-range.ts';

export {
  type Comparison,
  comparedDay,
  comparedRange,
  comparisonKinds,
  comparisonOf,
  daysLeftOut,
  hasComparedDay,
  leavesDaysOut,
  monthsBack,
} from './compared-range.ts';

export const comparisonSchema = z.enum(comparisonKinds);
