/** The form of a new dataset as data: what was typed, as the input of the API, and what is wrong with it by field. */
import { msg, str } from '@lit/localize';
import type { DatasetInput } from '../../core/contract/dataset.ts';
import { typedHosts } from '../components/typed-hosts.ts';

export interface DatasetDraft {
  name: string;
  slug: string;
  timeZone: string;
  /** One host a line. */
  hosts: string;
}

export type DraftProblems = Partial<Record<keyof DatasetDraft, string>>;

/** A slug for a name: "Müller & Söhne" becomes "muller-sohne". Empty where nothing of the name can be used. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
}

export function inputOf(draft: DatasetDraft): DatasetInput {
  const name = draft.name.trim();
  return {
    slug: draft.slug.trim(),
    ...(name === '' ? {} : { name }),
    timeZone: draft.timeZone.trim(),
    hosts: typedHosts(draft.hosts),
  };
}

/** Checks a draft by the contract's own schema, which is loaded only for this. */
export async function problemsOf(draft: DatasetDraft): Promise<DraftProblems> {
  const { datasetInputSchema } = await import('../../core/contract/dataset.ts');
  const input = inputOf(draft);
  const checked = datasetInputSchema.safeParse(input);
  const problems: DraftProblems = {};
  for (const issue of checked.error?.issues ?? []) {
    const [field, index] = issue.path;
    if (field === 'slug') problems.slug ??= sentence(issue.message);
    if (field === 'name') problems.name ??= sentence(issue.message);
    if (field === 'timeZone') problems.timeZone ??= msg(str`This ${issue.message}.`);
    if (field === 'hosts') {
      const host = typeof index === 'number' ? input.hosts?.[index] : undefined;
      problems.hosts ??= sentence(
        host === undefined ? issue.message : `"${host}" ${issue.message}`,
      );
    }
  }
  return problems;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
