/** The datasets of an installation: made, listed, and made known to collectors and engine. A port over `control.db`. */

import type { Dataset, DatasetChange, DatasetEntry, DatasetInput } from '../contract/dataset.ts';
import type { HitRules, HitRulesInput } from '../contract/hit-rules.ts';
import type { MaskingRules } from '../contract/masking.ts';
import type { IndexRules } from '../contract/search.ts';
import type { SessionRules } from '../contract/session-rules.ts';
import type { RetentionRules } from '../contract/upkeep.ts';

/** What the engine needs of a dataset. `idleTimeoutMs` is the one in force. */
export interface DatasetConfig {
  slug: string;
  hosts: string[];
  timeZone: string;
  idleTimeoutMs: number;
  cutAtMidnight: boolean;
  cutOnNewCampaign: boolean;
  addressSecret: string;
  /** How long sessions are kept. */
  retention?: RetentionRules;
  /** What is made of its hits; without them the usual. */
  hitRules?: HitRules | undefined;
  /** What the session index holds. */
  index?: IndexRules | undefined;
}

export interface Datasets {
  list(): Promise<Dataset[]>;
  /** @throws Problem `dataset_unknown`, saying how to make it */
  get(slug: string): Promise<Dataset>;
  /** @throws Problem `dataset_exists` */
  create(input: DatasetInput): Promise<Dataset>;
  /** Sets its name, time zone and hosts; collectors know it when this resolves, those at the edge within a minute. */
  change(slug: string, change: DatasetChange): Promise<void>;
  /** Gives it another write key. Collectors refuse the old one as soon as they know the new one. */
  renewWriteKey(slug: string): Promise<void>;
  /** Takes it out of what is listed and found, and collectors refuse its hits; what is kept of it stays. */
  hide(slug: string): Promise<void>;
  /** Those that were hidden, and of which something is still kept. */
  hidden(): Promise<string[]>;
  /** Sets how long sessions are kept. */
  setRetention(slug: string, rules: RetentionRules): Promise<void>;
  /** Sets when sessions end. */
  setRules(slug: string, rules: SessionRules): Promise<void>;
  /** Sets what the session index holds. */
  setIndex(slug: string, rules: IndexRules): Promise<void>;
  /** Sets the rules for its hits, which get the next version. Gives them with it. */
  setHitRules(slug: string, rules: HitRulesInput): Promise<HitRules>;
  /** Sets what is masked; collectors know it when this resolves, those at the edge within a minute. */
  setMasking(slug: string, rules: MaskingRules): Promise<void>;
  /** All datasets as collectors know them. */
  entries(): Promise<DatasetEntry[]>;
}
