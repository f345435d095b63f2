/** What the doctor finds in a data folder, and how it says it: plain sentences, and what to do. */
export interface Finding {
  /** What was looked at, such as `lock` or `segments`. */
  check: string;
  /** `note` is worth knowing and mends itself; `attention` needs somebody. */
  level: 'well' | 'note' | 'attention';
  says: string;
  /** What to do. */
  advice?: string;
}

export function well(check: string, says: string): Finding {
  return { check, level: 'well', says };
}

export function note(check: string, says: string): Finding {
  return { check, level: 'note', says };
}

export function attention(check: string, says: string, advice: string): Finding {
  return { check, level: 'attention', says, advice };
}

export interface Diagnosis {
  /** True when nothing needs attention. */
  well: boolean;
  findings: Finding[];
}

export function diagnose(findings: readonly Finding[]): Diagnosis {
  return { well: findings.every(({ level }) => level !== 'attention'), findings: [...findings] };
}

const marks = { well: 'ok  ', note: 'note', attention: '!!  ' } as const;

/** The diagnosis for people, one finding a line, advice below it. */
export function describeDiagnosis({ well: isWell, findings }: Diagnosis): string {
  const lines = findings.flatMap(({ check, level, says, advice }) => [
    `${marks[level]}  ${check.padEnd(12)}  ${says}`,
    ...(advice === undefined ? [] : [`      ${' '.repeat(12)}  → ${advice}`]),
  ]);
  const count = findings.filter(({ level }) => level === 'attention').length;
  const end = isWell
    ? 'All is well.'
    : `${count} ${count === 1 ? 'thing needs' : 'things need'} attention.`;
  return [...lines, '', end].join('\n');
}
