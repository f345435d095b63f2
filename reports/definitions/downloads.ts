/** Downloads: files that people took. */
import { analysed, type BuiltInReport, table } from './panels.ts';

/** Endings of files that are saved rather than looked at. */
const endings =
  'pdf|zip|gz|tgz|bz2|xz|7z|rar|dmg|exe|msi|deb|rpm|apk|iso|docx?|xlsx?|pptx?|odt|ods|csv|epub|mp3|mp4|mov|avi|wav';

const isDownload = `request.path matches "\\\\.(${endings})$" and (response.status < 400 or not response.status exists)`;

export const downloads: BuiltInReport = {
  name: 'downloads',
  title: 'Downloads',
  group: 'Content',
  description:
    'Files that were taken, by the ending of their path, and links to files that were clicked.',
  panels: [
    table(
      {
        name: 'files',
        title: 'Files',
        description: 'Requests that were answered without an error.',
      },
      {
        dimensions: ['path'],
        metrics: ['hits', 'sessions', 'visitors', 'transferred'],
        hitCondition: isDownload,
        limit: 100,
        chart: 'bars',
      },
    ),
    table(
      {
        name: 'from',
        title: 'Where they are taken',
        description: 'The page that each file was asked for from.',
      },
      {
        dimensions: ['path', 'hit_referrer'],
        metrics: ['hits', 'sessions'],
        hitCondition: isDownload,
        limit: 50,
      },
    ),
    analysed(
      {
        name: 'links',
        title: 'Clicked links',
        description:
          'Links to files that were clicked, of this and of other hosts, as the tracker saw it.',
      },
      { kind: 'recorded_events', event: 'Download', by: 'text' },
    ),
  ],
};
