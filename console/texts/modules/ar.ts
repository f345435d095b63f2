// Do not modify this file by hand!
// Re-generate this file by running lit-localize

/* eslint-disable no-irregular-whitespace */
/* eslint-disable @typescript-eslint/no-explicit-any */

export const templates = {
  sbead7f307abb7df0: `# more session is|# more sessions are`,
  sc006bcb1f2b574e7: `# hit waits|# hits wait`,
  sefcf950b3cc4fc3b: `Language`,
  s06ac1236ef7dee20: `# more step|# more steps`,
  s0bca2278829fa510: `# hit|# hits`,
  sa2ae58eef11fe728: `# session|# sessions`,
  s1805734363508f42: `# session is|# sessions are`,
  s01e505cb10dbccb2: `# campaign|# campaigns`,
  sd692caba458adbb4: `# day|# days`,
  s3d5ff9b1cd88a696: `# piece is|# pieces are`,
  s82965b71f3f93638: `# piece was|# pieces were`,
  s02837bac02fce754: `# piece|# pieces`,
  sde44490245572fc8: `# occurrence|# occurrences`,
  s1d762c3c5410c718: `# time|# times`,
  s524f80dfcda0f9d8: `# draft is|# drafts are`,
  s227ae47373831b8a: `# more value|# more values`,
  s077a0390f35c515c: `# row|# rows`,
  sed8f991f8f3a0711: `# is|# are`,
};
