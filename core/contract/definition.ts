/** What is defined for the reports of a dataset, by kind: labels, campaigns, funnels, goals, page groups, annotations, own reports. */
import { z } from 'zod';
import { type Annotation, annotationLimits, annotationSchema } from './annotation.ts';
import { type Campaign, type CampaignCost, campaignLimits, campaignSchema } from './campaign.ts';
import { type Funnel, funnelLimits, funnelSchema } from './funnel.ts';
import { type Goal, goalSchema, goalsMax } from './goal.ts';
import { type Label, labelLimits, labelSchema } from './label.ts';
import { type PageGroup, pageGroupSchema, pageGroupsMax } from './page-group.ts';
import { type OwnReport, reportDefinitionSchema, reportLimits } from './report-definition.ts';

/** Each kind with its schema, how many a dataset may have, and what a person calls it. */
export const definitionKinds = {
  label: { schema: labelSchema, max: labelLimits.labelsMax, noun: 'label' },
  campaign: { schema: campaignSchema, max: campaignLimits.campaignsMax, noun: 'campaign' },
  funnel: { schema: funnelSchema, max: funnelLimits.funnelsMax, noun: 'funnel' },
  goal: { schema: goalSchema, max: goalsMax, noun: 'goal' },
  page_group: { schema: pageGroupSchema, max: pageGroupsMax, noun: 'page group' },
  annotation: {
    schema: annotationSchema,
    max: annotationLimits.annotationsMax,
    noun: 'annotation',
  },
  report: { schema: reportDefinitionSchema, max: reportLimits.reportsMax, noun: 'report' },
} as const;

export type DefinitionKind = keyof typeof definitionKinds;
export const definitionKindNames = Object.keys(definitionKinds) as [
  DefinitionKind,
  ...DefinitionKind[],
];

export interface DefinitionOf {
  label: Label;
  campaign: Campaign;
  funnel: Funnel;
  goal: Goal;
  page_group: PageGroup;
  annotation: Annotation;
  report: OwnReport;
}
export type Definition = DefinitionOf[DefinitionKind];

/** Everything that a query may need of them, each kind in its order. */
export interface Definitions {
  labels: readonly Label[];
  campaigns: readonly Campaign[];
  funnels: readonly Funnel[];
  goals: readonly Goal[];
  pageGroups: readonly PageGroup[];
  /** Costs of the days that are asked for. */
  costs: readonly CampaignCost[];
  /**
   * The sessions of labels that ask a saved query: `label NAME` → ids with commas between them.
   */
  namedSessions?: ReadonlyMap<string, string>;
}

export const noDefinitions: Definitions = {
  labels: [],
  campaigns: [],
  funnels: [],
  goals: [],
  pageGroups: [],
  costs: [],
};

/** A definition of any kind, as the API gives it. */
export const definitionSchema = z.union([
  labelSchema,
  campaignSchema,
  funnelSchema,
  goalSchema,
  pageGroupSchema,
  annotationSchema,
  reportDefinitionSchema,
]);
